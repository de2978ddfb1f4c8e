"""Import flows that are older than an exchange tells, and write all of an account's out in the same form.

CSV with a header: date,kind,asset,amount[,usd,btc][,tx][,id], the date in ISO 8601 or seconds since 1970.
Amounts have the sign with which they changed the account, and stay digit for digit.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from cambist.actions.facts import Caller, Imported
from cambist.actions.flow_facts import FlowStanding
from cambist.actions.import_history import read_amount, read_time
from cambist.actions.match_transfers import match_transfers
from cambist.actions.past_prices import PastPrices
from cambist.actions.ports import Outside
from cambist.actions.sync_flows import leaves_out, sources_of
from cambist.actions.value_entries import value_entries
from cambist.core.errors import InvalidInput
from cambist.core.history import EPOCH
from cambist.core.ledger import IMPORTED, Booked, Entry, EntryKind, Page
from cambist.core.money import plain_text
from cambist.core.terms import Account, Worth
from cambist.core.transfers import ENDS

COLUMNS = ("date", "kind", "asset", "amount", "usd", "btc", "tx", "id")
MOST_ENTRIES = 1_000_000
_NEEDED = frozenset({"date", "kind", "asset", "amount"})
_LONGEST = {"asset": 40, "tx": 200, "id": 200}
_KINDS = frozenset(EntryKind) - {EntryKind.COVERAGE}
_SIGNS = {EntryKind.DEPOSIT: 1, EntryKind.WITHDRAWAL: -1}
_AT_A_TIME = 500
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Row:
    """worth: of the amount, in USD and BTC, where the file tells it."""

    entry: Entry
    usd: Decimal | None
    btc: Decimal | None


async def import_flows(
    outside: Outside, caller: Caller, account_id: int, text: str, complete_from: datetime | None = None
) -> Imported:
    """How many entries were kept and left out; a file with one bad line is refused whole.

    What lies where the exchange tells flows itself is left out; where it tells some kinds alone, of those
    kinds. The same entry imported again changes nothing. complete_from: from then on the file has all flows,
    up to where the exchange tells them; flows are known from then. Raises InvalidInput naming the line,
    NotFound, LoadFailed where nothing is priced.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
    if complete_from is not None:
        _refuse_what_cannot_be_known(outside, account)
    rows = list(read_flows(text))
    told_from = _told_from(outside, account, await outside.flows.standing(account_id))
    older = [row for row in rows if row.entry.at < told_from.get(row.entry.kind, _FOREVER)]
    market = outside.exchanges.market(account.market)
    prices = PastPrices(outside, market, account_id, most_surely=MOST_ENTRIES)
    for start in range(0, len(older), _AT_A_TIME):
        some = older[start : start + _AT_A_TIME]
        await outside.flows.book(account_id, await _valued(prices, some))
        transactions = {row.entry.tx for row in some if row.entry.tx and row.entry.kind in ENDS}
        await match_transfers(outside, caller.user_id, transactions)
    if complete_from is not None:
        now = outside.clock.now()
        whole = Page((), "", _FOREVER, complete_from)
        await outside.flows.keep_page(account_id, IMPORTED, whole, (), now)
        await outside.flows.soon(account_id, now)
    return Imported(len(older), len(rows) - len(older))


def _refuse_what_cannot_be_known(outside: Outside, account: Account) -> None:
    why = "says since when flows are known, and from now on this exchange tells"
    if not sources_of(outside, account):
        raise InvalidInput({"complete_from": [f"{why} none"]})
    if leaves_out(outside, account):
        raise InvalidInput({"complete_from": [f"{why} no more than deposits and withdrawals"]})


def _told_from(outside: Outside, account: Account, standing: FlowStanding) -> Mapping[EntryKind, datetime]:
    """Since when the exchange tells entries of a kind; of all alike, where it tells whatever there is."""
    known = {
        each.source: each.known_from
        for each in standing.sources
        if each.source != IMPORTED and each.known_from is not None
    }
    if not leaves_out(outside, account):
        return dict.fromkeys(EntryKind, min(known.values(), default=_FOREVER))
    told = [terms for terms in sources_of(outside, account) if terms.name in known]
    kinds = {kind for terms in told for kind in terms.kinds}
    return {kind: min(known[terms.name] for terms in told if kind in terms.kinds) for kind in kinds}


async def export_flows(outside: Outside, caller: Caller, account_id: int) -> str:
    """All entries of an account as the CSV that import reads. Raises NotFound."""
    await outside.accounts.get(caller.user_id, account_id)
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    last: Booked | None = None
    while some := await outside.flows.booked(account_id, EPOCH, _FOREVER, after=last):
        rows.writerows(map(_written, some))
        last = some[-1]
    return written.getvalue()


def read_flows(text: str) -> Iterator[_Row]:
    """The entries of a CSV text, in its order. Raises InvalidInput naming what is wrong."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restval="")
    names = set(reader.fieldnames or ())
    if not names >= _NEEDED or names - set(COLUMNS):
        raise InvalidInput({"file": [f"needs a first line that names the columns: {','.join(COLUMNS)}"]})
    seen: Counter[str] = Counter()
    for number, row in enumerate(islice(reader, MOST_ENTRIES + 1)):
        if number == MOST_ENTRIES:
            raise InvalidInput({"file": [f"has more than {MOST_ENTRIES} entries: split it"]})
        try:
            yield _row(row, seen)
        except (ValueError, OverflowError) as wrong:
            raise InvalidInput({"file": [f"line {reader.line_num}: {wrong}"]}) from wrong


def _row(row: Mapping[str, str], seen: Counter[str]) -> _Row:
    if None in row:
        raise ValueError("it has more columns than the first line names")
    told = {name: row.get(name, "").strip() for name in COLUMNS}
    for name, longest in _LONGEST.items():
        if len(told[name]) > longest or not told[name].isprintable():
            raise ValueError(f"{name} is longer than {longest} characters, or not of printable ones")
    if not told["asset"]:
        raise ValueError("asset is missing")
    if bool(told["usd"]) != bool(told["btc"]):
        raise ValueError("usd and btc are told together or not at all")
    kind, amount = _kind(told["kind"]), read_amount(told["amount"])
    sign = _SIGNS.get(kind)
    if not amount or (sign is not None and (amount > 0) is not (sign > 0)):
        wanted = {1: "above", -1: "below"}.get(sign or 0, "not")
        raise ValueError(f"the amount of a {kind} is {wanted} 0")
    usd, btc = (read_amount(told[name]) if told[name] else None for name in ("usd", "btc"))
    at = read_time(told["date"])
    name = told["id"] or _name(at, kind, told["asset"], amount, told["tx"], seen)
    return _Row(Entry(name, at, kind, told["asset"], amount, tx=told["tx"]), usd, btc)


def _kind(text: str) -> EntryKind:
    if text not in _KINDS:
        raise ValueError(f"{text[:40]!r} is no kind: it is one of {', '.join(sorted(_KINDS))}")
    return EntryKind(text)


def _name(at: datetime, kind: EntryKind, asset: str, amount: Decimal, tx: str, seen: Counter[str]) -> str:
    """What a row without an id is known by: what it says, and the how manieth that says so."""
    says = "\n".join((at.isoformat(), kind, asset, plain_text(amount), tx))
    seen[says] += 1
    return hashlib.sha256(f"{says}\n{seen[says]}".encode()).hexdigest()[:32]


async def _valued(prices: PastPrices, rows: list[_Row]) -> list[Booked]:
    unpriced = [row.entry for row in rows if row.usd is None]
    booked = await value_entries(prices, IMPORTED, unpriced)
    for row in rows:
        if row.usd is not None and row.btc is not None:
            rate = await prices.rate(row.entry.at)
            booked.append(Booked(IMPORTED, row.entry, Worth(row.btc, row.usd, rate)))
    return booked


def _written(booked: Booked) -> tuple[str, ...]:
    entry, worth = booked.entry, booked.worth
    at = entry.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    usd, btc = ("", "") if worth is None else (plain_text(worth.usd), plain_text(worth.btc))
    name = entry.id if booked.source == IMPORTED else f"{booked.source}:{entry.id}"
    return at, entry.kind, entry.asset, plain_text(entry.amount), usd, btc, entry.tx, name
