"""How currencies reach an HTX account: addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import DepositAddress
from cambist.exchanges.dialects.htx.envelope import data_by_code
from cambist.exchanges.guard import Unusable, checked_json


class _Address(msgspec.Struct, rename="camel"):
    currency: str
    address: str
    chain: str
    address_tag: str = ""


_addresses = msgspec.json.Decoder(list[_Address])


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /v2/account/deposit/address; a network is named by its `chain`."""
    client.raw = True
    raw = await client.spot_private_get_v2_account_deposit_address({"currency": currency.lower()})
    told = data_by_code(raw, _addresses, "addresses for deposits")
    checked_json(raw)  # an address told twice is not told
    found = [each for each in told if (each.currency, each.chain) == (currency.lower(), network)]
    if len(found) != 1 or not found[0].address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(found[0].address, found[0].address_tag)
