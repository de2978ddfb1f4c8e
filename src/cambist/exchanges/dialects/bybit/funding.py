"""How currencies reach a Bybit account and leave it: networks, and addresses for deposits."""

from typing import Any, Literal

import msgspec

from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import Unusable, checked_json, number

_Told = Literal["0", "1"]


class _Chain(msgspec.Struct, rename="camel"):
    chain: str
    chain_type: str
    chain_deposit: _Told
    chain_withdraw: _Told
    withdraw_fee: str = ""
    withdraw_min: str = ""


class _Coin(msgspec.Struct):
    coin: str
    name: str
    chains: list[_Chain]


class _Coins(msgspec.Struct):
    rows: list[_Coin]


class _Address(msgspec.Struct, rename="camel"):
    chain: str
    address_deposit: str
    tag_deposit: str = ""


class _Addresses(msgspec.Struct):
    coin: str
    chains: list[_Address]


_coins = msgspec.json.Decoder(_Coins)
_addresses = msgspec.json.Decoder(_Addresses)


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /v5/asset/coin/query-info."""
    client.raw = client.large = True
    raw = await client.private_get_v5_asset_coin_query_info()
    told = result_of(client, raw, _coins, "a list of currencies")
    return tuple(
        Currency(
            code=coin.coin,
            name=coin.name,
            deposits=any(chain.chain_deposit == "1" for chain in coin.chains),
            withdrawals=any(chain.chain_withdraw == "1" for chain in coin.chains),
            networks=tuple(map(_network, coin.chains)),
        )
        for coin in told.rows
    )


def _network(told: _Chain) -> Network:
    """Bybit tells neither a default network nor what needs a tag. No fee told: withdrawals are closed."""
    return Network(
        code=told.chain,
        default=None,
        deposits=told.chain_deposit == "1",
        withdrawals=told.chain_withdraw == "1",
        needs_tag=None,
        name=told.chain_type,
        withdrawal_fee=number(told.withdraw_fee) if told.withdraw_fee else None,
        min_withdrawal=number(told.withdraw_min) if told.withdraw_min else None,
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /v5/asset/deposit/query-address; a network is named by its `chain`."""
    client.raw = True
    asked = {"coin": currency, "chainType": network}
    raw = await client.private_get_v5_asset_deposit_query_address(asked)
    told = result_of(client, raw, _addresses, "an address for deposits")
    checked_json(raw)  # an address told twice is not told
    found = [each for each in told.chains if each.chain == network]
    if told.coin != currency or len(found) != 1 or not found[0].address_deposit.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(found[0].address_deposit, found[0].tag_deposit)
