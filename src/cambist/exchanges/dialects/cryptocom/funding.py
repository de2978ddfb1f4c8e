"""How currencies reach a Crypto.com account: addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import DepositAddress
from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.guard import Unusable, checked_json


class _Address(msgspec.Struct):
    currency: str
    network: str
    address: str


class _Addresses(msgspec.Struct):
    rows: list[_Address] = msgspec.field(name="deposit_address_list")


_addresses = msgspec.json.Decoder(_Addresses)


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """POST /exchange/v1/private/get-deposit-address; a tag stands behind the address, after a "?"."""
    client.raw = True
    raw = await client.v1_private_post_private_get_deposit_address({"currency": currency})
    checked_json(raw)  # an address told twice is not told
    told = result_of(raw, _addresses, "addresses for deposits").rows
    found = [each for each in told if (each.currency, each.network) == (currency, network)]
    if len(found) != 1 or not found[0].address.strip():
        raise Unusable("the answer has no address of this currency")
    address, _, tag = found[0].address.partition("?")
    return DepositAddress(address, tag)
