"""How currencies reach a Gate account: networks, and addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.guard import Unusable, checked_json, shaped


class _Chain(msgspec.Struct):
    name: str
    withdraw_disabled: bool
    deposit_disabled: bool


class _Currency(msgspec.Struct):
    currency: str
    withdraw_disabled: bool
    deposit_disabled: bool
    name: str = ""
    chains: list[_Chain] | None = None


class _ChainAddress(msgspec.Struct):
    chain: str
    address: str
    payment_id: str = ""


class _Addresses(msgspec.Struct):
    multichain_addresses: list[_ChainAddress]


_currencies = msgspec.json.Decoder(list[_Currency])
_addresses = msgspec.json.Decoder(_Addresses)


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /spot/currencies."""
    client.raw = client.large = True
    raw = await client.public_spot_get_currencies()
    checked_json(raw)
    return tuple(
        Currency(
            code=told.currency,
            name=told.name or told.currency,
            deposits=not told.deposit_disabled,
            withdrawals=not told.withdraw_disabled,
            networks=tuple(
                Network(
                    code=chain.name,
                    default=None,
                    deposits=not chain.deposit_disabled,
                    withdrawals=not chain.withdraw_disabled,
                    needs_tag=None,
                )
                for chain in told.chains or ()
            ),
        )
        for told in shaped(_currencies, raw, "a list of currencies")
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /wallet/deposit_address, of all networks at once; network: Gate's chain, such as "ETH"."""
    client.raw = True
    raw = await client.private_wallet_get_deposit_address({"currency": currency})
    checked_json(raw)
    told = shaped(_addresses, raw, "addresses for deposits").multichain_addresses
    here = next((each for each in told if each.chain == network and each.address.strip()), None)
    if here is None:
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(here.address, here.payment_id)
