"""How currencies reach a Bitget account: networks, and addresses for deposits."""

from typing import Any, Literal

import msgspec

from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.failures import OtherMode
from cambist.exchanges.guard import Unusable, checked_json, number

_Flag = Literal["true", "false"]


class _Chain(msgspec.Struct, rename="camel"):
    chain: str
    need_tag: _Flag
    withdrawable: _Flag
    rechargeable: _Flag
    withdraw_fee: str | None = None
    min_withdraw_amount: str | None = None
    withdraw_step: str | None = None


class _Coin(msgspec.Struct):
    coin: str
    chains: list[_Chain]


class _Address(msgspec.Struct):
    address: str
    tag: str | None = None


_coins = msgspec.json.Decoder(list[_Coin])
_address = msgspec.json.Decoder(_Address)


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /api/v2/spot/public/coins."""
    client.raw = client.large = True
    raw = await client.public_spot_get_v2_spot_public_coins()
    checked_json(raw)
    told = data_of(client, raw, _coins, "a list of currencies")
    return tuple(map(_currency, told))


def _currency(told: _Coin) -> Currency:
    return Currency(
        code=told.coin,
        name=told.coin,
        deposits=any(chain.rechargeable == "true" for chain in told.chains),
        withdrawals=any(chain.withdrawable == "true" for chain in told.chains),
        networks=tuple(map(_network, told.chains)),
    )


def _network(chain: _Chain) -> Network:
    return Network(
        code=chain.chain,
        default=None,
        deposits=chain.rechargeable == "true",
        withdrawals=chain.withdrawable == "true",
        needs_tag=chain.need_tag == "true",
        withdrawal_fee=number(chain.withdraw_fee) if chain.withdraw_fee else None,
        min_withdrawal=number(chain.min_withdraw_amount) if chain.min_withdraw_amount else None,
        withdrawal_step=(number(chain.withdraw_step) or None) if chain.withdraw_step else None,
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /api/v2/spot/wallet/deposit-address; of a unified account, GET /api/v3/account/deposit-address."""
    client.raw = True
    asked = {"coin": currency, "chain": network}
    try:
        raw = await client.private_spot_get_v2_spot_wallet_deposit_address(asked)
        told = data_of(client, raw, _address, "an address for deposits")
    except OtherMode:
        raw = await client.private_uta_get_v3_account_deposit_address(asked)
        told = data_of(client, raw, _address, "an address for deposits")
    checked_json(raw)
    if not told.address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told.address, told.tag or "")
