"""How currencies reach a Kraken account: which are open, and addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import Currency, DepositAddress
from cambist.exchanges.dialects.kraken.assets import asset_of
from cambist.exchanges.dialects.kraken.envelope import result_of
from cambist.exchanges.guard import Unusable, checked_json


class _Asset(msgspec.Struct):
    altname: str
    status: str


class _Address(msgspec.Struct):
    address: str
    tag: str | None = None
    memo: str | None = None


_assets = msgspec.json.Decoder(dict[str, _Asset])
_addresses = msgspec.json.Decoder(list[_Address])
_OPEN_FOR_DEPOSITS = {"enabled", "deposit_only"}
_OPEN_FOR_WITHDRAWALS = {"enabled", "withdrawal_only"}


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /0/public/Assets. Networks are told by a call for each currency, so none are listed."""
    client.raw = client.large = True
    raw = await client.public_get_assets()
    checked_json(raw)
    rows = result_of(raw, _assets, "a list of currencies")
    return tuple(
        Currency(
            code=code,
            name=asset_of(code),
            deposits=row.status in _OPEN_FOR_DEPOSITS,
            withdrawals=row.status in _OPEN_FOR_WITHDRAWALS,
            networks=(),
        )
        for code, row in rows.items()
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """POST /0/private/DepositAddresses: the newest; network: Kraken's method, such as "Bitcoin"."""
    client.raw = True
    raw = await client.private_post_depositaddresses({"asset": currency, "method": network})
    checked_json(raw)
    told = result_of(raw, _addresses, "addresses for deposits")
    if not told or not told[0].address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told[0].address, told[0].tag or told[0].memo or "")
