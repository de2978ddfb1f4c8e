"""How KuCoin spells assets: contracts are settled in XBT, and Bitcoin SV came under a code of its own."""

from collections.abc import Mapping

SPELLINGS: Mapping[str, str] = {"XBT": "BTC", "BCHSV": "BSV"}


def asset_of(code: str) -> str:
    """The asset that a code of KuCoin's means."""
    return SPELLINGS.get(code, code)
