"""Coinbase's ledger: transactions account by account, those of trades on its book from its fills."""

from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.coinbase import fills
from cambist.exchanges.dialects.coinbase.accounts import Pagination, advanced, after, older
from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.dialects.coinbase.syncs import Item, Told, next_page
from cambist.exchanges.dialects.coinbase.transactions import KINDS, Row, entries_of, ids_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, shaped

PAGE = 100


class _Rows(msgspec.Struct):
    data: list[Row]
    pagination: Pagination


class _OneRow(msgspec.Struct):
    data: Row


_rows, _one_row = msgspec.json.Decoder(_Rows), msgspec.json.Decoder(_OneRow)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """The next page of an account whose asset changed, or a row that was pending."""

    async def accounts() -> list[Item]:
        return await _accounts(client, market, asked)

    async def read(item: Item, start: int) -> Told:
        if item.row:
            return await _read_again(client, market, item, asked)
        return await _read(client, market, item, start)

    return await next_page(asked, accounts, read)


async def _accounts(client: Any, market: Market, asked: Asked) -> list[Item]:
    """Those of assets whose amounts changed, by wallet. US futures tell no transactions.

    What the older list alone has is staked, or a vault; unless it is of another portfolio than the keys'.
    """
    trading, listed = await advanced(client), await older(client)
    beyond = {name: row for name, row in listed.items() if name not in trading}
    rows = {**trading, **(beyond if trading.keys() & listed.keys() else {})}
    return [
        Item("vault" if row.vault or name in beyond else "spot", name)
        for name, row in rows.items()
        if not row.futures and market.spellings.get(row.code, row.code) in asked.assets
    ]


async def _read(client: Any, market: Market, item: Item, start: int) -> Told:
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
        raise Unusable("the answer leads to itself")
    return Told(
        entries=[entry for row in new for entry in entries_of(row, item.wallet, market)],
        void=[name for row in new if row.came_to_nothing for name in ids_of(row)],
        pending=[row.id for row in new if row.is_pending],
        after=following if len(new) == len(rows) else "",
    )


async def _read_again(client: Any, market: Market, item: Item, asked: Asked) -> Told:
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
    return Told(
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
