"""Names of well-known assets; any other goes by its code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """name: as people write it. slug: as an address writes it. coinmarketcap_id: where it is known."""

    name: str
    slug: str
    coinmarketcap_id: str | None = None


NAMES = {
    code: Named(*row)
    for code, row in {
        "BTC": ("Bitcoin", "bitcoin", "1"),
        "ETH": ("Ethereum", "ethereum", "1027"),
        "USDT": ("Tether USDt", "tether", "825"),
        "USDC": ("USD Coin", "usd-coin", "3408"),
        "BNB": ("BNB", "bnb", "1839"),
        "XRP": ("XRP", "xrp", "52"),
        "SOL": ("Solana", "solana", "5426"),
        "DOGE": ("Dogecoin", "dogecoin", "74"),
        "ADA": ("Cardano", "cardano", "2010"),
        "TRX": ("TRON", "tron", "1958"),
        "AVAX": ("Avalanche", "avalanche", "5805"),
        "SHIB": ("Shiba Inu", "shiba-inu", "5994"),
        "DOT": ("Polkadot", "polkadot-new", "6636"),
        "LINK": ("Chainlink", "chainlink", "1975"),
        "LTC": ("Litecoin", "litecoin", "2"),
        "BCH": ("Bitcoin Cash", "bitcoin-cash", "1831"),
        "ETC": ("Ethereum Classic", "ethereum-classic", "1321"),
        "XLM": ("Stellar", "stellar", "512"),
        "XMR": ("Monero", "monero", "328"),
        "ATOM": ("Cosmos", "cosmos", "3794"),
        "UNI": ("Uniswap", "uniswap", "7083"),
        "FIL": ("Filecoin", "filecoin", "2280"),
        "RENDER": ("Render", "render"),
        "1INCH": ("1inch Network", "1inch", "8104"),
        "DAI": ("Dai", "multi-collateral-dai", "4943"),
        "FDUSD": ("First Digital USD", "first-digital-usd"),
        "TUSD": ("TrueUSD", "trueusd"),
        "USD": ("US Dollar", "usd"),
        "EUR": ("Euro", "eur"),
        "GBP": ("Pound Sterling", "gbp"),
    }.items()
}


def named(asset: str) -> Named:
    return NAMES.get(asset) or Named(asset, asset.lower())
