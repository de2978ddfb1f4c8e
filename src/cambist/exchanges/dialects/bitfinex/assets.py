"""How Bitfinex spells assets: three letters for many; F0 behind a collateral of derivatives."""

from collections.abc import Mapping

SPELLINGS: Mapping[str, str] = {
    "ALG": "ALGO",
    "AMP": "AMPL",
    "ATO": "ATOM",
    "BCHN": "BCH",
    "BTCF0": "BTC",
    "DAT": "DATA",
    "DSH": "DASH",
    "EUS": "EURS",
    "EUT": "EURT",
    "EUTF0": "EURT",
    "IOT": "IOTA",
    "LUNA": "LUNC",
    "LUNA2": "LUNA",
    "MNA": "MANA",
    "QSH": "QASH",
    "QTM": "QTUM",
    "RBT": "RBTC",
    "SNG": "SNGLS",
    "STJ": "STORJ",
    "TERRAUST": "USTC",
    "TSD": "TUSD",
    "UDC": "USDC",
    "UST": "USDT",
    "USTF0": "USDT",
    "VSY": "VSYS",
    "WAX": "WAXP",
    "XCH": "XCHF",
    "YYW": "YOYOW",
}


def asset_of(code: str) -> str:
    """The asset that a code of Bitfinex's means."""
    return SPELLINGS.get(code, code)
