"""How currencies reach a KuCoin account: networks, and addresses for deposits."""

from typing import Any

import msgspec

from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.guard import Unusable, checked_json, number


class _Chain(msgspec.Struct, rename="camel"):
    chain_id: str
    chain_name: str
    is_deposit_enabled: bool
    is_withdraw_enabled: bool
    need_tag: bool = False
    withdrawal_min_fee: str | None = None
    withdrawal_min_size: str | None = None


class _Currency(msgspec.Struct, rename="camel"):
    currency: str
    full_name: str
    chains: list[_Chain] | None = None


class _Address(msgspec.Struct):
    address: str
    memo: str | None = None


_currencies = msgspec.json.Decoder(list[_Currency])
_addresses = msgspec.json.Decoder(list[_Address])


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /api/v3/currencies."""
    client.raw = client.large = True
    raw = await client.public_get_currencies()
    checked_json(raw)
    told = data_of(client, raw, _currencies, "a list of currencies")
    return tuple(map(_currency, told))


def _currency(told: _Currency) -> Currency:
    chains = told.chains or []
    return Currency(
        code=told.currency,
        name=told.full_name,
        deposits=any(chain.is_deposit_enabled for chain in chains),
        withdrawals=any(chain.is_withdraw_enabled for chain in chains),
        networks=tuple(map(_network, chains)),
    )


def _network(chain: _Chain) -> Network:
    return Network(
        code=chain.chain_id,
        default=None,
        deposits=chain.is_deposit_enabled,
        withdrawals=chain.is_withdraw_enabled,
        needs_tag=chain.need_tag,
        name=chain.chain_name,
        withdrawal_fee=number(chain.withdrawal_min_fee) if chain.withdrawal_min_fee else None,
        min_withdrawal=number(chain.withdrawal_min_size) if chain.withdrawal_min_size else None,
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /api/v3/deposit-addresses: the first; network: KuCoin's chain, such as "eth"."""
    client.raw = True
    asked = {"version": "v3", "currency": currency, "chain": network}
    raw = await client.private_get_deposit_addresses(asked)
    checked_json(raw)
    told = data_of(client, raw, _addresses, "addresses for deposits")
    if not told or not told[0].address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told[0].address, told[0].memo or "")
