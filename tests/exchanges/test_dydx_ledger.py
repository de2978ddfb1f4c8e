"""dYdX's ledger by an address alone: transfers by their ends, fees and profits of fills, funding, paged."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import KeysRejected, NotOffered
from cambist.core.ledger import Asked, Entry, EntryKind, Page
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.dydx import pages
from cambist.exchanges.dialects.dydx.ledger import (
    SOURCES,
    fill_entries,
    fills_in,
    transfer_entries,
    transfers_in,
)
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.recordings.dydx import ACCOUNT, ADDRESS, BY_ADDRESS
from tests.worlds import FixedClock

MARKET = market_of("dydx")
OTHER = "dydx1" + "p" * 38
NOW = FixedClock().now()
SINCE = NOW - timedelta(days=9)


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ago(hours: float) -> str:
    return iso(NOW - timedelta(hours=hours))


def end(address: str = ADDRESS, number: int | None = None) -> dict[str, Any]:
    return {"address": address} if number is None else {"address": address, "parentSubaccountNumber": number}


def transfer(name: str, sender: Any, recipient: Any, size: str = "5.25", hours: float = 1) -> dict[str, Any]:
    return {
        "id": name,
        "sender": sender,
        "recipient": recipient,
        "size": size,
        "createdAt": ago(hours),
        "createdAtHeight": "45116125",
        "symbol": "USDC",
        "type": "TRANSFER_OUT",
        "transactionHash": f"hash of {name}",
    }


def fill(name: str, hours: float = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "side": "SELL",
        "liquidity": "TAKER",
        "type": "LIMIT",
        "market": "BTC-USD",
        "price": "110",
        "size": "2",
        "fee": "0.5",
        "createdAt": ago(hours),
        "createdAtHeight": "45116125",
        "subaccountNumber": 0,
        **changes,
    }


def before(side: str, size: str, price: str) -> dict[str, str]:
    return {"positionSideBefore": side, "positionSizeBefore": size, "entryPriceBefore": price}


def payment(ticker: str, hours: float, amount: str = "-0.25", number: str = "0") -> dict[str, Any]:
    return {
        "subaccountNumber": number,
        "createdAt": ago(hours),
        "createdAtHeight": str(int(1_000 - hours)),
        "ticker": ticker,
        "payment": amount,
        "size": "1",
        "side": "LONG",
    }


def from_transfers(*rows: dict[str, Any]) -> list[Entry]:
    return list(transfer_entries(transfers_in(json.dumps({"transfers": rows}).encode()), ADDRESS, MARKET))


def from_fills(*rows: dict[str, Any]) -> list[tuple[str, EntryKind, Decimal]]:
    entries = fill_entries(fills_in(json.dumps({"fills": rows}).encode()))
    return [(each.id, each.kind, each.amount) for each in entries]


def test_a_transfer_is_told_by_its_ends_and_those_within_the_account_are_not() -> None:
    entries = from_transfers(
        transfer("in", end(), end(number=0)),
        transfer("out", end(number=0), end(OTHER)),
        transfer("from", end(OTHER, 0), end(number=0)),
        transfer("to", end(number=0), end(number=1)),
        transfer("within", end(number=0), end(number=0)),
        transfer("beside", end(OTHER, 0), end(number=1)),
    )
    assert [(each.id, each.kind, str(each.amount)) for each in entries] == [
        ("in", EntryKind.DEPOSIT, "5.25"),
        ("out", EntryKind.WITHDRAWAL, "-5.25"),
        ("from", EntryKind.TRANSFER, "5.25"),
        ("to", EntryKind.TRANSFER, "-5.25"),
    ]
    assert (entries[0].asset, entries[0].wallet, entries[0].tx) == ("USDC", "subaccount", "hash of in")
    assert entries[0].at == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "profit"),
    [
        (before("LONG", "3", "100.5"), "19"),
        (before("LONG", "1.5", "100.5"), "14.25"),
        ({"side": "BUY", **before("SHORT", "-1", "100.5")}, "-9.5"),
        ({"side": "BUY", **before("LONG", "3", "100.5")}, None),
        ({}, None),
        ({**before("LONG", "3", "100.5"), "entryPriceBefore": None}, None),
    ],
)
def test_a_fill_has_its_fee_and_what_it_won_by_closing(changes: dict[str, Any], profit: str | None) -> None:
    won = [] if profit is None else [("a:profit", EntryKind.REALISED, Decimal(profit))]
    assert from_fills(fill("a", **changes)) == [*won, ("a:fee", EntryKind.FEE, Decimal("-0.5"))]


def test_a_builders_fee_is_beside_the_fee_and_a_rebate_is_one() -> None:
    assert from_fills(fill("a", fee="-0.125", builderFee="0.25")) == [
        ("a:fee", EntryKind.FEE, Decimal("0.125")),
        ("a:builder", EntryKind.FEE, Decimal("-0.25")),
    ]


@dataclass
class Client:
    """As the dialect uses one. says: what it answers, or what makes an answer, by what is asked of it."""

    says: dict[str, Any]
    walletAddress: str = ADDRESS  # noqa: N815
    raw: bool = False
    large: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def _said(self, what: str, asked: dict[str, Any]) -> bytes:
        self.asked.append(asked)
        told = self.says[what]
        answer = told(asked) if callable(told) else told
        return answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()

    async def indexer_get_transfers_parentsubaccountnumber(self, asked: dict[str, Any]) -> bytes:
        return await self._said("transfers", asked)

    async def indexer_get_fills(self, asked: dict[str, Any]) -> bytes:
        return await self._said("fills", asked)

    async def indexer_get_fundingpayments_parentsubaccount(self, asked: dict[str, Any]) -> bytes:
        return await self._said("funding", asked)

    async def indexer_get_addresses_address_parentsubaccountnumber_number(self, _: Any) -> bytes:
        return json.dumps(ACCOUNT).encode()


BY_NAME = {source.terms.name: source for source in SOURCES}


async def synced(client: Client, name: str, cursor: str = "", now: datetime = NOW) -> list[Page]:
    found: list[Page] = []
    while len(found) < 20:
        found.append(await BY_NAME[name].read(client, MARKET, Asked(cursor, SINCE, now)))
        cursor = found[-1].cursor
        if not found[-1].more:
            return found
    raise AssertionError("the pages have no end")


def ids(found: list[Page]) -> list[str]:
    return [each.id for page in found for each in page.entries]


@pytest.mark.asyncio
async def test_transfers_go_back_from_the_newest_and_none_of_a_full_pages_last_time_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert pages.PAGE == 1_000
    monkeypatch.setattr(pages, "PAGE", 3)
    rows = [
        transfer(str(place), end(), end(number=0), hours=hours)
        for place, hours in enumerate((1.25, 2, 3, 3, 4, 300))
    ]

    def told(asked: dict[str, Any]) -> Any:
        return {"transfers": [row for row in rows if row["createdAt"] <= asked["createdBeforeOrAt"]][:3]}

    client = Client({"transfers": told})
    found = await synced(client, "transfers")
    assert ids(found) == ["0", "1", "2", "3", "4"]
    assert (found[-1].until, found[-1].known_from) == (NOW, SINCE)
    assert client.asked[0]["createdBeforeOrAt"] == iso(NOW - timedelta(milliseconds=1))
    assert [each["createdBeforeOrAt"] for each in client.asked[1:]] == [ago(3), ago(4)]
    later = NOW + timedelta(minutes=30)
    assert ids(await synced(client, "transfers", found[-1].cursor, later)) == []
    rows.insert(0, transfer("new", end(), end(number=0), hours=0.25))
    assert ids(await synced(client, "transfers", found[-1].cursor, later)) == ["new"]


@pytest.mark.asyncio
async def test_fills_are_asked_of_each_subaccount_and_the_next_sync_asks_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    rows = {0: [fill("a", 1), fill("b", 2), fill("c", 3)], 128: [fill("d", 1.5)]}

    def told(asked: dict[str, Any]) -> Any:
        own = rows[asked["subaccountNumber"]]
        return {"fills": [row for row in own if row["createdAt"] <= asked["createdBeforeOrAt"]][:2]}

    client = Client({"fills": told})
    found = await synced(client, "fills")
    assert ids(found) == ["a:fee", "b:fee", "c:fee", "d:fee"]
    assert [each["subaccountNumber"] for each in client.asked] == [0, 0, 0, 128]
    assert [page.more for page in found] == [True, True, True, False]
    await synced(client, "fills", found[-1].cursor, NOW + timedelta(hours=1))
    assert [each["subaccountNumber"] for each in client.asked[4:]] == [0, 128]


@pytest.mark.asyncio
async def test_funding_is_read_page_by_page_and_none_of_a_full_pages_last_time_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of one time come in another order each time they are asked for."""
    assert [pages.numbered(offset) for offset in (0, 999, 1_800, 2_995)] == [
        (1_000, 1),
        (999, 2),
        (900, 3),
        (998, 4),
    ]
    monkeypatch.setattr(pages, "PAGE", 8)
    monkeypatch.setattr(pages, "_SMALLEST", 4)
    rows = [payment(ticker, hour) for hour in range(1, 6) for ticker in ("BTC-USD", "ETH-USD", "SOL-USD")]

    def told(asked: dict[str, Any]) -> Any:
        rows.sort(key=lambda row: row["ticker"], reverse=bool(asked["page"] % 2))
        rows.sort(key=lambda row: -int(row["createdAtHeight"]))
        offset = (asked["page"] - 1) * asked["limit"]
        return {"fundingPayments": rows[offset : offset + asked["limit"]], "offset": offset}

    client = Client({"funding": told})
    found = await synced(client, "funding")
    assert [(each["limit"], each["page"]) for each in client.asked] == [(8, 1), (6, 2), (8, 2)]
    assert len(set(ids(found))) == 15
    assert {each.amount for page in found for each in page.entries} == {Decimal("-0.25")}
    assert (found[-1].until, found[-1].known_from) == (NOW, SINCE)
    assert client.asked[0]["createdOnOrAfter"] == iso(SINCE)
    rows.append(payment("BTC-USD", -2))
    assert len(set(ids(await synced(client, "funding")))) == 15


@pytest.mark.asyncio
async def test_the_calls_are_those_of_the_indexer_and_its_refusals_what_they_say() -> None:
    answers = {
        "/v4/transfers/parentSubaccountNumber?": {"transfers": [transfer("in", end(), end(number=0))]},
        "/v4/fills?": {"fills": [fill("a")]},
        "/v4/fundingPayments/parentSubaccount?": {"fundingPayments": [payment("BTC-USD", 1)], "offset": 0},
        "/parentSubaccountNumber/0": ACCOUNT,
    }
    async with answering("dydx", answers, BY_ADDRESS) as asked:
        for name in BY_NAME:
            assert ids(await asked.pages(name, SINCE, NOW))
    paths = [each.removeprefix("/dydx/v4").replace("%3A", ":").partition("?") for each in asked.requests]
    until, of_all = f"createdBeforeOrAt={iso(NOW - timedelta(milliseconds=1))}", "parentSubaccountNumber=0"
    address, limit = f"address={ADDRESS}", "limit=1000"
    assert [(path, set(query.split("&"))) for path, _, query in paths] == [
        ("/transfers/parentSubaccountNumber", {address, of_all, limit, until}),
        (f"/addresses/{ADDRESS}/parentSubaccountNumber/0", {""}),
        ("/fills", {address, "subaccountNumber=0", limit, until}),
        ("/fills", {address, "subaccountNumber=128", limit, until}),
        (
            "/fundingPayments/parentSubaccount",
            {address, of_all, limit, "page=1", f"createdOnOrAfter={iso(SINCE)}"},
        ),
    ]
    refusals = (
        (404, {"msg": f"No subaccount found with address {ADDRESS}"}, NotOffered),
        (400, {"msg": "address must be a valid dydx address", "param": "address"}, KeysRejected),
    )
    for status, error, kind in refusals:
        async with answering("dydx", {"/v4/": Says(status, {"errors": [error]})}, BY_ADDRESS) as asked:
            with pytest.raises(kind):
                await asked.pages("transfers", SINCE, NOW)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.terms.name)
@pytest.mark.asyncio
async def test_an_answer_that_is_none_of_its_source_is_refused(source: LedgerSource) -> None:
    name = source.terms.name
    row, key, id_, amount = {
        "transfers": (transfer("in", end(), end(number=0)), "transfers", "id", "size"),
        "fills": (fill("a"), "fills", "id", "fee"),
        "funding": (payment("BTC-USD", 1), "fundingPayments", "createdAtHeight", "payment"),
    }[name]
    asked = Asked("", SINCE, NOW)
    assert (await source.read(Client({name: {key: [row]}}), MARKET, asked)).entries
    missing = {each: told for each, told in row.items() if each != id_}
    bad = [
        [row, row],
        [{**row, amount: "1_0"}],
        [{**row, "createdAt": "some day"}],
        [{**row, "createdAt": row["createdAt"].removesuffix("Z")}],
        [missing],
    ]
    if name != "funding":
        bad.append([{**row, "createdAt": iso(NOW + timedelta(days=1))}])
        bad.append([{**row, "createdAt": ago(2)}, {**row, "id": "b"}])
    else:
        with pytest.raises(Unusable):
            await source.read(Client({name: {key: [row], "offset": 9}}), MARKET, asked)
    for body in (*NO_LEDGER, "[]", json.dumps({key: [row]})[:-1], *(json.dumps({key: rows}) for rows in bad)):
        with pytest.raises(Unusable):
            await source.read(Client({name: body}), MARKET, asked)


@pytest.mark.asyncio
async def test_more_of_one_time_than_a_page_can_tell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    monkeypatch.setattr(pages, "_SMALLEST", 2)
    rows = [transfer(name, end(), end(number=0)) for name in "ab"]
    payments = [payment(name, 1) for name in "ab"]
    client = Client({"transfers": {"transfers": rows}, "funding": {"fundingPayments": payments}})
    for name in ("transfers", "funding"):
        with pytest.raises(Unusable, match="more rows of one time"):
            await synced(client, name)
