"""What a row of a Coinbase account's transactions means: entries, whether it may still change, or nothing."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.guard import number

# In and out alike: which it is, the sign tells.
_COME_AND_GO = frozenset({"send", "receive", "request", "fiat_deposit", "fiat_withdrawal", "cardspend"})
# What is in no table is a transfer: between Coinbase's own wallets, whose rows add up to nothing, to and from
# other accounts of the user, or what nobody can say of, such as "tx".
_KINDS = {
    **dict.fromkeys(
        ("buy", "sell", "trade", "wrap_asset", "unwrap_asset", "retail_simple_dust"), EntryKind.TRADE
    ),
    **dict.fromkeys(
        (
            "interest",
            "staking_reward",
            "inflation_reward",
            "earn_payout",
            "learning_reward",
            "incentives_rewards_payout",
            "incentives_shared_clawback",
            "subscription_rebate",
            "cardbuyback",
            "retail_simple_price_improvement",
        ),
        EntryKind.REWARD,
    ),
    "subscription": EntryKind.FEE,
}
# Fills tell these, to the last digit.
TOLD_ELSEWHERE = "advanced_trade_fill"
_TO_FUTURES = "derivatives_settlement"
_CAME_TO_NOTHING = frozenset({"failed", "canceled", "cancelled", "expired"})
_DONE = "completed"
KINDS = frozenset(
    {*_KINDS.values(), EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER, EntryKind.FEE}
)


class _Amount(msgspec.Struct):
    amount: str
    currency: str


class _Network(msgspec.Struct):
    hash: str | None = None
    transaction_fee: _Amount | None = None


class _Order(msgspec.Struct):
    id: str | None = None
    payment_method_name: str | None = None


class Row(msgspec.Struct):
    id: str
    type: str
    status: str
    amount: _Amount
    created_at: datetime
    updated_at: datetime | None = None
    network: _Network | None = None
    buy: _Order | None = None
    sell: _Order | None = None
    trade: _Order | None = None

    @property
    def is_pending(self) -> bool:
        return self.status != _DONE and self.status not in _CAME_TO_NOTHING

    @property
    def came_to_nothing(self) -> bool:
        return self.status in _CAME_TO_NOTHING


def entries_of(row: Row, wallet: str, market: Market, credited: datetime | None = None) -> Iterator[Entry]:
    """What a row changed: what comes in once it is there, what goes out as soon as it is asked for.

    credited: when what was pending before came to be there. Raises Unusable.
    """
    change = number(row.amount.amount)
    if row.type == TOLD_ELSEWHERE or row.came_to_nothing or not change:
        return
    if change > 0 and row.is_pending:
        return
    at = row.created_at if change < 0 or credited is None else credited
    kind, fee = _kind(row, change), _fee(row, change)
    code = row.amount.currency
    asset = market.spellings.get(code, code)
    is_trade = kind is EntryKind.TRADE
    with exact():
        rest, other_way = change - fee, -change
    yield Entry(
        id=row.id,
        at=at,
        kind=kind,
        asset=asset,
        amount=rest,
        wallet=wallet,
        group=_order(row).id or row.id if is_trade else "",
        tx=(row.network and row.network.hash) or "",
        quote=is_trade and code in market.quotes and code != "BTC",
    )
    if fee:
        yield Entry(f"{row.id}:fee", at, EntryKind.FEE, asset, fee, wallet)
    if row.type == _TO_FUTURES:
        yield Entry(f"{row.id}:futures", at, kind, asset, other_way, "futures")


def ids_of(row: Row) -> tuple[str, ...]:
    """The ids of all entries that a row may have had."""
    return row.id, f"{row.id}:fee", f"{row.id}:futures"


def _kind(row: Row, change: Decimal) -> EntryKind:
    kind = _KINDS.get(row.type, EntryKind.TRANSFER)
    if row.type in _COME_AND_GO or (kind is EntryKind.TRADE and _is_paid_elsewhere(row)):
        return EntryKind.DEPOSIT if change > 0 else EntryKind.WITHDRAWAL
    return kind


def _is_paid_elsewhere(row: Row) -> bool:
    """Whether what was bought was paid by card or bank, so that nothing here was given for it."""
    method = _order(row).payment_method_name or ""
    return bool(method) and not (method.endswith("Wallet") or method.startswith("Cash"))


def _order(row: Row) -> _Order:
    return row.buy or row.sell or row.trade or _Order()


def _fee(row: Row, change: Decimal) -> Decimal:
    """The network's fee, which the amount of what is sent has in it; less than nothing."""
    told = None if row.network is None else row.network.transaction_fee
    if told is None or told.currency != row.amount.currency or change > 0:
        return ZERO
    fee = number(told.amount)
    with exact():
        return -fee if ZERO < fee < -change else ZERO
