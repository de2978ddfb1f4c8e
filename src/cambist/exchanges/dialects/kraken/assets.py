"""How Kraken spells assets: whole codes only, since X, Z and a dot mean something in few of them."""

from collections.abc import Mapping
from itertools import product

_OLD_CODES = {
    "XXBT": "BTC",
    "XBT": "BTC",
    "XXDG": "DOGE",
    "XDG": "DOGE",
    "XETC": "ETC",
    "XETH": "ETH",
    "XLTC": "LTC",
    "XMLN": "MLN",
    "XREP": "REPV1",
    "REPV2": "REP",
    "XXLM": "XLM",
    "XXMR": "XMR",
    "XXRP": "XRP",
    "XZEC": "ZEC",
    "ZAUD": "AUD",
    "ZCAD": "CAD",
    "ZEUR": "EUR",
    "ZGBP": "GBP",
    "ZJPY": "JPY",
    "ZUSD": "USD",
    "LUNA": "LUNC",
    "LUNA2": "LUNA",
    "UST": "USTC",
}

# What earns is written apart: .B and .F earn by themselves, .M by choice, .S is staked, .P is lent to
# parachains; .HOLD is a deposit not yet released. Tokenised shares (.T) are assets of their own.
_SUFFIXES = (".B", ".F", ".M", ".S", ".P", ".HOLD")
_EARNING = (
    "AAVE ADA ALGO APT ARB ATOM AUD AVAX BABY BCH BTC CAD CHF DAI DOGE DOT ETC ETH EUR FLOW FLR GBP GRT INJ "
    "JPY KAVA KSM LINK LTC MATIC MINA NEAR OP PEPE POL PYUSD SCRT SEI SGB SHIB SOL SUI TAO TIA TRX UNI USD "
    "USDC USDG USDS USDT XLM XRP XTZ ZEC"
)
_SHORT_CODES = {"BTC": "XBT", "DOGE": "XDG"}
# Staked with a lock of so many days.
_LOCKED = {
    "ADA": ("ADA21.S",),
    "ATOM": ("ATOM21.S",),
    "DOT": ("DOT28.S",),
    "ETH": ("ETH2", "ETH2.S"),
    "FLOW": ("FLOW14.S",),
    "FLR": ("FLRX.S",),
    "GRT": ("GRT28.S",),
    "KAVA": ("KAVA21.S",),
    "KSM": ("KSM07.S",),
    "MATIC": ("MATIC04.S",),
    "POL": ("POL04.S",),
    "SCRT": ("SCRT21.S",),
    "SOL": ("SOL03.S",),
    "TIA": ("TIA21.S",),
    "TRX": ("TRX03.S",),
}

SPELLINGS: Mapping[str, str] = {
    **_OLD_CODES,
    **{
        _SHORT_CODES.get(asset, asset) + suffix: asset
        for asset, suffix in product(_EARNING.split(), _SUFFIXES)
    },
    **{code: asset for asset, codes in _LOCKED.items() for code in codes},
    "LUNA.S": "LUNC",
}


def asset_of(code: str) -> str:
    """The asset that a code of Kraken's means."""
    return SPELLINGS.get(code, code)
