"""Kraken Futures' wallets: cash, one collateral an account, and many in one (flex)."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.listings import Currency, DepositAddress
from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import Listed, Source, Texts, WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, checked_json, figures, shaped

UNREALIZED = "totalUnrealized"


class _Cash(msgspec.Struct, tag="cashAccount"):
    balances: dict[str, msgspec.Raw]


class _Auxiliary(msgspec.Struct):
    """Of one collateral, in it. pv: the balance and the profit of open positions; af: what is free of it."""

    pv: msgspec.Raw
    af: msgspec.Raw


class _Margin(msgspec.Struct, tag="marginAccount"):
    currency: str
    auxiliary: _Auxiliary


class _Collateral(msgspec.Struct):
    quantity: msgspec.Raw
    available: msgspec.Raw


class _Flex(msgspec.Struct, tag="multiCollateralMarginAccount", rename="camel"):
    """total_unrealized: the profit and the funding of open positions, in dollars; in no quantity."""

    currencies: dict[str, _Collateral]
    total_unrealized: msgspec.Raw


class _Accounts(msgspec.Struct):
    result: str
    accounts: dict[str, _Cash | _Margin | _Flex]


class _Orders(msgspec.Struct):
    result: str
    open: list[msgspec.Raw] = msgspec.field(name="openOrders")


_accounts = msgspec.json.Decoder(_Accounts)
_orders = msgspec.json.Decoder(_Orders)


async def futures(client: Any, market: Market) -> WalletAnswer:
    """GET /derivatives/api/v3/accounts: every account in one answer."""
    client.raw = True
    return futures_answer(await client.private_get_accounts(), market)


def futures_answer(raw: bytes, market: Market) -> WalletAnswer:
    """What all accounts hold, unrealised profit included, once. Raises Unusable.

    Codes are those of the answer with their account before them: "fi_xbtusd.xbt". An account of a kind that
    is not known is refused: what it holds would be missed.
    """
    checked_json(raw)  # few rows: the exact check costs nothing
    told = shaped(_accounts, raw, "a list of accounts")
    _check_success(told.result)
    rows = [row for name, account in told.accounts.items() for row in _rows(name, account)]
    free = figures([each for _, _, each, _ in rows])
    total = figures([each for _, _, _, each in rows])
    balances = []
    for (name, currency, _, _), available, worth in zip(rows, free, total, strict=True):
        locked = max(equity(worth, ZERO, available), ZERO)
        balances.append(
            Balance(
                asset=asset_of(currency, market),
                code=f"{name}.{currency}",
                free=equity(worth, ZERO, locked),
                locked=locked,
                total=worth,
            )
        )
    return WalletAnswer(tuple(balance for balance in balances if balance.total or balance.locked))


def _rows(name: str, account: _Cash | _Margin | _Flex) -> Iterator[tuple[str, str, msgspec.Raw, msgspec.Raw]]:
    """(account, currency, what is free, what it is worth) of all that an account holds."""
    match account:
        case _Cash():
            yield from ((name, currency, held, held) for currency, held in account.balances.items())
        case _Margin():
            yield name, account.currency, account.auxiliary.af, account.auxiliary.pv
        case _Flex():
            for currency, held in account.currencies.items():
                yield name, currency, held.available, held.quantity
            yield name, UNREALIZED, msgspec.Raw(b"0"), account.total_unrealized


def asset_of(currency: str, market: Market) -> str:
    """Cash and single accounts write their currencies small, the flex account large."""
    if currency == UNREALIZED:
        return "USD"
    return market.spellings.get(currency.upper(), currency.upper())


async def open_orders(client: Any) -> int:
    """GET /derivatives/api/v3/openorders of all contracts."""
    client.raw = client.large = True
    raw = await client.private_get_openorders()
    checked_json(raw)
    told = shaped(_orders, raw, "a list of orders")
    _check_success(told.result)
    return len(told.open)


def _check_success(result: str) -> None:
    if result != "success":
        raise Unusable("the answer tells of an error")


async def currencies(_: Any) -> tuple[Currency, ...]:
    raise NotOffered("Kraken Futures has no networks: funds come from Kraken.")


async def deposit_address(_: Any, currency: str, network: str) -> DepositAddress:
    raise NotOffered("Kraken Futures has no addresses for deposits: funds come from Kraken.")


async def _no_pairs(_: Any) -> Listed:
    raise NotOffered("Kraken Futures has no spot prices: Kraken has.")


async def _no_prices(_: Any) -> Texts:
    raise NotOffered("Kraken Futures has no spot prices: Kraken has.")


WALLETS: dict[str, WalletReader] = {"futures": futures}
NO_PRICES = Source(_no_pairs, _no_prices, _no_prices)
