"""Coinbase's ledger: transactions account by account, those of trades on its book from its fills."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Entry, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.coinbase import fills
from cambist.exchanges.dialects.coinbase.accounts import Pagination, advanced, after, older
from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.dialects.coinbase.transactions import KINDS, Row, entries_of, ids_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, shaped
from cambist.exchanges.windows import Window, told, window

_ALL_TIME, AGAIN = timedelta(days=36_500), timedelta(minutes=10)
PAGE = 100
# All of them together are less than a cursor may be.
MOST_TODO, MOST_READ, MOST_WAITING = 400, 500, 100

_MILLISECOND = timedelta(milliseconds=1)


class _Item(msgspec.Struct, frozen=True, array_like=True):
    """What is to be read: an account's rows after one of them, or one row that was pending."""

    wallet: str
    account: str
    after: str = ""
    row: str = ""


class _Sync(msgspec.Struct, array_like=True):
    """window: as `windows` writes it. todo: what is left of this sync; waiting: for the next.

    read: up to when an account has been read, in ms since 1970. The exchange takes no times, and a deposit is
    listed long before it changes an amount, so each account is read back to where it was read before.
    """

    window: str = ""
    todo: list[_Item] = []
    waiting: list[_Item] = []
    read: dict[str, int] = {}

    def start_of(self, account: str, stretch: Window) -> int:
        """From when on an account has to be read; what was read last is read again, for rows come late."""
        read = self.read.get(account, stretch.known_from)
        return max(stretch.known_from, read - AGAIN // _MILLISECOND)

    def has_read(self, account: str, until: int) -> None:
        """Of more than there is room for, those read longest ago will be read from the beginning."""
        self.read.pop(account, None)
        self.read = dict([*self.read.items(), (account, until)][-MOST_READ:])


class _Rows(msgspec.Struct):
    data: list[Row]
    pagination: Pagination


class _OneRow(msgspec.Struct):
    data: Row


@dataclass(frozen=True, slots=True)
class _Told:
    """What one call told: entries, what came to nothing, what still may, and where the account goes on."""

    entries: Sequence[Entry] = ()
    void: Sequence[str] = ()
    pending: Sequence[str] = ()
    after: str = ""


_sync = msgspec.json.Decoder(_Sync)
_rows, _one_row = msgspec.json.Decoder(_Rows), msgspec.json.Decoder(_OneRow)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """One call: the next page of an account whose asset changed, or a row that was pending.

    The first of a sync lists the accounts as well; what comes while it goes on is the next one's.
    """
    sync = _sync.decode(asked.cursor) if asked.cursor else _Sync()
    stretch = window(replace(asked, cursor=sync.window), _ALL_TIME)
    if not stretch.at:
        sync.todo = [*await _accounts(client, market, asked), *sync.waiting]
        sync.waiting = []
    answer = _Told()
    if sync.todo:
        item = sync.todo.pop(0)
        if item.row:
            answer = await _read_again(client, market, item, asked)
        else:
            answer = await _read(client, market, item, sync.start_of(item.account, stretch))
            if not answer.after:
                sync.has_read(item.account, stretch.end)
        if answer.after:
            sync.todo.insert(0, _Item(item.wallet, item.account, after=answer.after))
        waiting = (_Item(item.wallet, item.account, row=row) for row in answer.pending)
        sync.waiting = list(dict.fromkeys([*sync.waiting, *waiting]))[-MOST_WAITING:]
    page = told(stretch, asked, answer.entries, "on" if sync.todo else "", answer.void)
    sync.window = page.cursor
    return replace(page, cursor=msgspec.json.encode(sync).decode(), more=bool(sync.todo))


async def _accounts(client: Any, market: Market, asked: Asked) -> list[_Item]:
    """Those of assets whose amounts changed, by wallet. US futures tell no transactions.

    What the older list alone has is staked, or a vault; unless it is of another portfolio than the keys'.
    """
    if not asked.assets:
        return []
    trading, listed = await advanced(client), await older(client)
    beyond = {name: row for name, row in listed.items() if name not in trading}
    rows = {**trading, **(beyond if trading.keys() & listed.keys() else {})}
    found = [
        _Item("vault" if row.vault or name in beyond else "spot", name)
        for name, row in rows.items()
        if not row.futures and market.spellings.get(row.code, row.code) in asked.assets
    ]
    if len(found) > MOST_TODO:
        raise Unusable(f"more than {MOST_TODO} accounts have changed")
    return found


async def _read(client: Any, market: Market, item: _Item, start: int) -> _Told:
    """GET /v2/accounts/{account}/transactions: a page, the newest first, of what is not older."""
    params = {
        "account_id": item.account,
        "limit": PAGE,
        **({"starting_after": item.after} if item.after else {}),
    }
    client.raw = client.large = True
    raw = await in_its_time(client, lambda: client.v2_private_get_accounts_account_id_transactions(params))
    rows, following = transactions_answer(raw)
    new = [row for row in rows if milliseconds(row.created_at) >= start]
    if following and following == item.after:
        raise Unusable("the answer's next page is itself")
    return _Told(
        entries=[entry for row in new for entry in entries_of(row, item.wallet, market)],
        void=[name for row in new if row.came_to_nothing for name in ids_of(row)],
        pending=[row.id for row in new if row.is_pending],
        after=following if len(new) == len(rows) else "",
    )


async def _read_again(client: Any, market: Market, item: _Item, asked: Asked) -> _Told:
    """GET /v2/accounts/{account}/transactions/{row}: what has become of a row that was pending."""
    params = {"account_id": item.account, "transaction_id": item.row}
    client.raw = True
    raw = await in_its_time(
        client, lambda: client.v2_private_get_accounts_account_id_transactions_transaction_id(params)
    )
    checked_json(raw)
    row = shaped(_one_row, raw, "a transaction").data
    if row.id != item.row:
        raise Unusable("the answer is of another transaction")
    credited = row.updated_at or asked.now
    return _Told(
        entries=list(entries_of(row, item.wallet, market, credited)),
        void=list(ids_of(row)) if row.came_to_nothing else [],
        pending=[row.id] if row.is_pending else [],
    )


def transactions_answer(raw: bytes) -> tuple[list[Row], str]:
    """The rows of an answer, and after which of them the next page begins. Raises Unusable."""
    checked_json(raw)
    answer = shaped(_rows, raw, "a list of transactions")
    all_differ([row.id for row in answer.data], "a transaction")
    return answer.data, after(answer.pagination)


SOURCES = (LedgerSource(Terms("transactions", KINDS, by_asset=True), page), fills.SOURCE)
