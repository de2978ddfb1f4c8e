"""How currencies reach a Binance account and leave it: networks, and addresses for deposits."""

from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.guard import Unusable, number, shaped


class _Network(msgspec.Struct, rename="camel"):
    network: str
    is_default: bool
    deposit_enable: bool
    withdraw_enable: bool
    name: str | None = None
    deposit_desc: str | None = None
    withdraw_desc: str | None = None
    special_tips: str | None = None
    address_regex: str | None = None
    memo_regex: str | None = None
    withdraw_fee: str | None = None
    withdraw_min: str | None = None
    withdraw_max: str | None = None
    withdraw_integer_multiple: str | None = None
    same_address: bool = False
    withdraw_tag: bool = False


class _Coin(msgspec.Struct, rename="camel"):
    coin: str
    name: str
    deposit_all_enable: bool
    withdraw_all_enable: bool
    network_list: list[_Network]


class _Address(msgspec.Struct):
    coin: str
    address: str
    tag: str | None = None


_coins = msgspec.json.Decoder(list[_Coin])
_address = msgspec.json.Decoder(_Address)


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /sapi/v1/capital/config/getall."""
    client.raw = client.large = True
    coins = shaped(_coins, await client.sapi_get_capital_config_getall(), "a list of currencies")
    return tuple(
        Currency(
            code=coin.coin,
            name=coin.name,
            deposits=coin.deposit_all_enable,
            withdrawals=coin.withdraw_all_enable,
            networks=tuple(map(_network, coin.network_list)),
        )
        for coin in coins
    )


def _network(told: _Network) -> Network:
    return Network(
        code=told.network,
        default=told.is_default,
        deposits=told.deposit_enable,
        withdrawals=told.withdraw_enable,
        needs_tag=told.same_address or told.withdraw_tag,
        name=told.name,
        deposit_note=told.deposit_desc,
        withdrawal_note=told.withdraw_desc,
        note=told.special_tips,
        address_pattern=told.address_regex,
        tag_pattern=told.memo_regex,
        withdrawal_fee=_amount(told.withdraw_fee),
        min_withdrawal=_amount(told.withdraw_min),
        max_withdrawal=_amount(told.withdraw_max),
        withdrawal_step=_amount(told.withdraw_integer_multiple),
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /sapi/v1/capital/deposit/address."""
    client.raw = True
    raw = await client.sapi_get_capital_deposit_address({"coin": currency, "network": network})
    told = shaped(_address, raw, "an address for deposits")
    once = raw.count(b'"address"') == 1 and raw.count(b'"tag"') <= 1
    if told.coin != currency or not told.address.strip() or not once:
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(told.address, told.tag or "")


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else number(text)
