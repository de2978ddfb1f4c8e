"""HTX's financial records of coin-margined contracts: profit, fees, funding and transfers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.htx.envelope import data_by_code, data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures
from cambist.exchanges.ledger_rows import THIRTEEN, asset_of, at_ms, entry
from cambist.exchanges.windows import told, window

SPAN, AGAIN, REACH = timedelta(hours=48), timedelta(hours=1), timedelta(days=88)

# By type. The rest, and what comes to be, are transfers: to and from spot, sub-accounts and other accounts of
# contracts, which add up to nothing, or what nobody can say of.
_KINDS = {
    **dict.fromkeys((3, 4, 9, 10, 12, 13, 16, 17, 19, 46, 47), EntryKind.REALISED),
    **dict.fromkeys((5, 6, 7, 8, 11), EntryKind.FEE),
    **dict.fromkeys((28, 29), EntryKind.REWARD),
    **dict.fromkeys((30, 31), EntryKind.FUNDING),
}


class _Account(msgspec.Struct, gc=False):
    symbol: str


class _Row(msgspec.Struct, gc=False):
    query_id: int
    id: int | str
    symbol: str
    type: int
    amount: msgspec.Raw
    ts: int


_accounts = msgspec.json.Decoder(list[_Account])
# What has no records is told as an empty text.
_rows = msgspec.json.Decoder(list[_Row] | Literal[""] | None)


@dataclass(frozen=True, slots=True)
class Records:
    """A kind of contracts. accounts, call: ccxt's names. names: what asks for a coin, and what follows it."""

    wallet: str
    accounts: str
    call: str
    names: tuple[str, str]

    def source(self) -> LedgerSource:
        kinds = frozenset({*_KINDS.values(), EntryKind.TRANSFER})
        wallets = frozenset({self.wallet})
        return LedgerSource(Terms(f"records_{self.wallet}", kinds, REACH, wallets, by_asset=True), self._read)

    async def _read(self, client: Any, market: Market, asked: Asked) -> Page:
        """The next page of a coin, the oldest first. Only an empty answer says that there are no more."""
        stretch = window(asked, SPAN, REACH, AGAIN)
        if stretch.is_empty:
            return told(stretch, asked, ())
        from_id, _, left = stretch.at.partition(" ")
        symbols = left.split() if left else await self._symbols(client, market, asked)
        if not symbols:
            return told(stretch, asked, ())
        question = {self.names[0]: symbols[0] + self.names[1], "direct": "next"}
        times = {"start_time": stretch.start, "end_time": stretch.end}
        begin = {"from_id": int(from_id)} if from_id and from_id != "0" else {}
        client.raw = client.large = True
        raw = await getattr(client, self.call)({**question, **times, **begin})
        entries, last = records_answer(raw, symbols[0], self.wallet, market)
        on = [str(last), *symbols] if last > int(from_id or 0) else ["0", *symbols[1:]]
        return told(stretch, asked, entries, " ".join(on) if len(on) > 1 else "")

    async def _symbols(self, client: Any, market: Market, asked: Asked) -> list[str]:
        """Of the coins that have changed, those that there are accounts of."""
        client.raw = client.large = True
        raw = await getattr(client, self.accounts)()
        checked_json(raw)
        rows = data_of(raw, _accounts, "accounts of contracts")
        symbols = {row.symbol for row in rows}
        return sorted(each for each in symbols if asset_of(market, each) in asked.assets)


def records_answer(raw: bytes, symbol: str, wallet: str, market: Market) -> tuple[list[Entry], int]:
    """The entries of an answer and its highest id to go on from; 0 without any. Raises Unusable."""
    checked_json(raw)
    rows = data_by_code(raw, _rows, "financial records") or []
    all_differ([str(row.query_id) for row in rows], "a record")
    if any(row.symbol != symbol for row in rows):
        raise Unusable("the answer is of another coin")
    return list(_entries(rows, wallet, market)), max((row.query_id for row in rows), default=0)


def _entries(rows: Sequence[_Row], wallet: str, market: Market) -> Iterator[Entry]:
    for row, amount in zip(rows, figures([row.amount for row in rows]), strict=True):
        name, at = f"{row.symbol}:{row.query_id}", at_ms(row.ts, THIRTEEN)
        kind = _KINDS.get(row.type, EntryKind.TRANSFER)
        yield from entry(market, name, at, kind, row.symbol, amount, wallet)


SWAPS = Records(
    "futures_coinm",
    "contract_private_post_swap_api_v1_swap_account_info",
    "contract_private_post_swap_api_v3_swap_financial_record",
    ("contract", "-USD"),
)
DELIVERIES = Records(
    "delivery_coinm",
    "contract_private_post_api_v1_contract_account_info",
    "contract_private_post_api_v3_contract_financial_record",
    ("symbol", ""),
)
