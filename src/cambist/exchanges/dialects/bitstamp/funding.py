"""How currencies reach a Bitstamp account: addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.listings import DepositAddress
from cambist.exchanges.guard import Unusable, checked_json, shaped


class _Address(msgspec.Struct):
    address: str
    destination_tag: int | str = ""
    memo_id: int | str = ""


_address = msgspec.json.Decoder(_Address)


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """POST /api/v2/{currency}_address/: a path a currency, and each on one network only."""
    ask = getattr(client, f"private_post_{currency.lower()}_address", None)
    if ask is None:
        raise NotOffered("Bitstamp tells no address for deposits of this currency.")
    client.raw = True
    raw = await ask()
    checked_json(raw)
    told = shaped(_address, raw, "an address for deposits")
    if not told.address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told.address, str(told.destination_tag or told.memo_id))
