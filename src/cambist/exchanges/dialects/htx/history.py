"""HTX's account histories: each change of an amount in each account, hour by hour."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from cambist.core.errors import LoadFailed
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerReader, LedgerSource
from cambist.exchanges.dialects.htx.accounts import accounts_of, forget_accounts
from cambist.exchanges.dialects.htx.transactions import with_transactions
from cambist.exchanges.dialects.htx.wallets import OF_A_KIND
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import THIRTEEN, at_ms, entry, measured
from cambist.exchanges.windows import Place, Window, place, told, window

# An hour is all that one question may ask for, and the last 29 days all that it may be asked of. The last
# hour is read again, since what goes has its transaction later.
SPAN, AGAIN, REACH = timedelta(hours=1), timedelta(hours=1), timedelta(days=28)
PAGE = 500

# The rest, and what comes to be, are transfers: to and from other accounts, or what nobody can say of.
_KINDS = {
    **dict.fromkeys(("trade", "etf", "exchange"), EntryKind.TRADE),
    **dict.fromkeys(("transact-fee", "fee-deduction", "withdraw-fee"), EntryKind.FEE),
    "rebate": EntryKind.REWARD,
    "interest": EntryKind.INTEREST,
    "deposit": EntryKind.DEPOSIT,
    "withdraw": EntryKind.WITHDRAWAL,
    "fireblocks-dw": EntryKind.WITHDRAWAL,
}
# What they are where something came in by them.
_COMING_IN = {"interest": EntryKind.REWARD, "fireblocks-dw": EntryKind.DEPOSIT}
_OF_TRADES = frozenset({"trade", "transact-fee", "fee-deduction"})
# Of margin, whose equity is net of debts: what is borrowed and paid back changes none, nor does interest as
# it is paid, for it was owed before (`interest` tells it then).
_MARGIN = {"cross_margin": "super-margin", "isolated_margin": "margin"}
_WITHIN_MARGIN = frozenset({"credit", "interest"})


class _Row(msgspec.Struct, rename="kebab", gc=False):
    account_id: int
    currency: str
    transact_amt: msgspec.Raw
    transact_type: str
    transact_time: int
    record_id: int


class _History(msgspec.Struct):
    status: Literal["ok"]
    data: list[_Row]
    next_id: int | None = msgspec.field(name="next-id", default=None)


class Told(NamedTuple):
    """next_id: where the next page begins; 0 where this is the last."""

    entries: list[Entry]
    next_id: int


_history = msgspec.json.Decoder(_History)


def reader(wallet: str, kind: str) -> LedgerReader:
    """GET /v1/account/history of the accounts of a kind, one after the other for each hour."""

    async def page(client: Any, market: Market, asked: Asked) -> Page:
        stretch = window(asked, SPAN, REACH, AGAIN)
        if stretch.is_empty:
            return told(stretch, asked, ())
        accounts = sorted(await accounts_of(client, kind), key=lambda each: each.id)
        names = [str(each.id) for each in accounts]
        here = place(stretch, names)
        try:
            read = await _read(client, market, wallet, int(here.name), stretch, int(here.at or 0))
        except (LoadFailed, Unusable):
            forget_accounts(client)
            raise
        next_at = str(Place(here.name, str(read.next_id))) if read.next_id else here.following(names)
        entries = await with_transactions(client, market, read.entries)
        return told(stretch, asked, entries, next_at)

    return page


async def _read(
    client: Any, market: Market, wallet: str, account: int, stretch: Window, from_id: int
) -> Told:
    question = {"account-id": account, "start-time": stretch.start, "end-time": stretch.end, "size": PAGE}
    client.raw = client.large = True
    raw = await client.spot_private_get_v1_account_history(
        {**question, "sort": "asc", **({"from-id": from_id} if from_id else {})}
    )
    return history_answer(raw, account, wallet, market)


def history_answer(raw: bytes, account: int, wallet: str, market: Market) -> Told:
    """The entries of an answer. Raises Unusable, also where it is of another account."""
    checked_json(raw)
    answer = shaped(_history, raw, "an account's history")
    all_differ([str(row.record_id) for row in answer.data], "a row")
    if any(row.account_id != account for row in answer.data):
        raise Unusable("the answer is of another account")
    return Told(measured(_entries(answer.data, wallet, market), market), answer.next_id or 0)


def _entries(rows: Sequence[_Row], wallet: str, market: Market) -> Iterator[Entry]:
    amounts = figures([row.transact_amt for row in rows])
    for row, amount in zip(rows, amounts, strict=True):
        named = row.transact_type
        if wallet in _MARGIN and named in _WITHIN_MARGIN:
            continue
        kind = _KINDS.get(named, EntryKind.TRANSFER)
        yield from entry(
            market,
            str(row.record_id),
            at_ms(row.transact_time, THIRTEEN),
            _COMING_IN.get(named, kind) if amount > 0 else kind,
            row.currency.upper(),
            amount,
            wallet,
            group=f"{row.account_id}:{row.transact_time}" if named in _OF_TRADES else "",
        )


_ALL = frozenset({*_KINDS.values(), *_COMING_IN.values(), EntryKind.TRANSFER})
SOURCES = tuple(
    LedgerSource(Terms(f"history_{wallet}", _ALL, REACH, frozenset({wallet})), reader(wallet, kind))
    for wallet, kind in {**OF_A_KIND, **_MARGIN}.items()
)
