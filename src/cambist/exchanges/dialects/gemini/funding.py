"""How currencies reach a Gemini account: addresses for deposits; a list of networks it does not tell."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.listings import Currency, DepositAddress
from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.guard import Unusable, checked_json, shaped


class _Address(msgspec.Struct):
    address: str
    timestamp: int
    memo: str = ""


_addresses = msgspec.json.Decoder(list[_Address])


async def currencies(_: Any) -> tuple[Currency, ...]:
    raise NotOffered("Gemini tells networks currency by currency only.")


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """POST /v1/addresses/{network}, such as "bitcoin", whose addresses take its currencies: the newest."""
    check_keys(client)
    client.raw = True
    raw = await client.private_post_v1_addresses_network({"network": network})
    checked_json(raw)  # an address told twice is not told
    told = shaped(_addresses, raw, "addresses for deposits")
    newest = max(told, key=lambda each: each.timestamp, default=None)
    if newest is None or not newest.address.strip():
        raise Unusable("the answer has no address of this network")
    return DepositAddress(newest.address, newest.memo)
