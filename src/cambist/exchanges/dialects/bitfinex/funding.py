"""What Bitfinex tells of how currencies reach an account."""

from typing import Any

from cambist.core.errors import NotOffered
from cambist.core.listings import DepositAddress


async def deposit_address(_: Any, currency: str, network: str) -> DepositAddress:
    """The one call that tells an address may make one, and wants keys that may write."""
    raise NotOffered("Bitfinex tells addresses for deposits only to keys that may write.")
