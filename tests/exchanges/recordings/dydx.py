"""The answers of dYdX's indexer in their documented form, with numbers of our own."""

from typing import Any

from cambist.core.terms import Credentials, Secret
from tests.exchanges.recordings import Recorded

ADDRESS = "dydx1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
BY_ADDRESS = Credentials(ADDRESS, Secret(""))


def child(number: int, equity: str, free: str) -> dict[str, Any]:
    return {
        "address": ADDRESS,
        "subaccountNumber": number,
        "equity": equity,
        "freeCollateral": free,
        "openPerpetualPositions": {},
        "assetPositions": {},
        "marginEnabled": True,
        "updatedAtHeight": "52228833",
        "latestProcessedBlockHeight": "52246761",
    }


ACCOUNT: dict[str, Any] = {
    "subaccount": {
        "address": ADDRESS,
        "parentSubaccountNumber": 0,
        "equity": "1532.75",
        "freeCollateral": "1200.5",
        "childSubaccounts": [child(0, "1432.5", "1200.5"), child(128, "100.25", "0")],
    }
}
DYDX = Recorded({"/parentSubaccountNumber/0": ACCOUNT}, BY_ADDRESS)
RECORDINGS = {"dydx": DYDX}
