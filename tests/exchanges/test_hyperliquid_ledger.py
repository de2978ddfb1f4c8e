"""Hyperliquid's ledger by an address alone: fills, updates of each type, and what is paid in time."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cambist.core.errors import KeysRejected
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind
from cambist.core.terms import Coverage
from cambist.core.transfers import of_account
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.hyperliquid.fills import FILLS, REMEMBERED, Fill, fill_entries, fills_in
from cambist.exchanges.dialects.hyperliquid.ledger import SOURCES
from cambist.exchanges.dialects.hyperliquid.pages import FULL, MOST, kept
from cambist.exchanges.dialects.hyperliquid.updates import UPDATES, Owner, update_entries, updates_in
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.recordings.hyperliquid import ADDRESS, BY_ADDRESS
from tests.worlds import FixedClock

MARKET = market_of("hyperliquid")
ME, OTHER, VAULT = ADDRESS.lower(), "0x" + "b" * 40, "0x" + "c" * 40
HASH, NO_HASH = "0x" + "5" * 64, "0x" + "0" * 64
NOW = FixedClock().now()
T = milliseconds(NOW - timedelta(days=2))
SINCE = NOW - timedelta(days=9)
META = {
    "tokens": [{"name": name, "index": at} for at, name in enumerate(("USDC", "HYPE", "UBTC", "USDH"))],
    "universe": [
        {"name": "@107", "tokens": [1, 0], "index": 107},
        {"name": "@142", "tokens": [2, 0], "index": 142},
    ],
}
PAIRS = {"@107": ("HYPE", "USDC"), "@142": ("BTC", "USDC")}


def fill(coin: str, side: str, px: str, sz: str, **changes: Any) -> dict[str, Any]:
    told = {"coin": coin, "side": side, "px": px, "sz": sz, "time": T, "oid": 7, "tid": 9, "crossed": True}
    extra = {"closedPnl": "0.0", "fee": "0.0", "feeToken": "USDC", "hash": HASH, "startPosition": "0.0"}
    return {**told, **extra, "dir": "Buy", **changes}


def from_fills(*rows: dict[str, Any], whole: bool = False) -> list[Entry]:
    return list(fill_entries(fills_in(json.dumps(rows).encode()), PAIRS, MARKET, whole=whole))


def short(entries: Iterable[Entry]) -> list[tuple[Any, ...]]:
    return [(each.kind, each.asset, str(each.amount), each.wallet) for each in entries]


def update(type_: str, time: int = T, hash_: str = HASH, **fields: Any) -> dict[str, Any]:
    return {"time": time, "hash": hash_, "delta": {"type": type_, **fields}}


def from_updates(*rows: dict[str, Any], whole: bool = False) -> list[Entry]:
    owner = Owner(ME, MARKET, whole)
    return list(update_entries(updates_in(json.dumps(rows).encode()), owner))


def sent(type_: str, user: str, destination: str, **fields: Any) -> dict[str, Any]:
    return update(type_, user=user, destination=destination, **fields)


MOVE, FEE, TRADE = EntryKind.TRANSFER, EntryKind.FEE, EntryKind.TRADE
DEXES = {"token": "USDC", "amount": "5.0", "usdcValue": "5.0", "fee": "0.0", "feeToken": "USDC"}


def test_fills_of_spot_are_two_legs_and_those_of_perpetuals_what_they_realised() -> None:
    rows = (
        fill("@142", "B", "82500.5", "0.002", fee="0.0000014", feeToken="UBTC"),
        fill("@107", "A", "40.125", "3", fee="0.05", closedPnl="12.5"),
        fill("BTC", "A", "82470.5", "0.1", closedPnl="-3.75", fee="-0.01", builderFee="0.01"),
        fill("ETH", "B", "2500", "1"),
        fill("#40", "B", "0.35", "20", feeToken="USDH"),
    )
    entries = from_fills(*rows)
    assert short(entries) == [
        (TRADE, "BTC", "0.002", "spot"),
        (TRADE, "USDC", "-165.0010", "spot"),
        (FEE, "BTC", "-0.0000014", "spot"),
        (TRADE, "HYPE", "-3", "spot"),
        (TRADE, "USDC", "120.375", "spot"),
        (FEE, "USDC", "-0.05", "spot"),
        (EntryKind.REALISED, "USDC", "-3.75", "perp"),
        (FEE, "USDC", "0.01", "perp"),
        (TRADE, "+40", "20", "spot"),
        (TRADE, "USDH", "-7.00", "spot"),
    ]
    assert [each.quote for each in entries[:3]] == [False, True, False]
    assert {each.group for each in entries[:3]} == {f"{T}:@142:9:7"}
    assert entries[0].at == moment(T)


def test_another_dexs_perpetuals_count_in_an_account_of_one_balance_alone() -> None:
    row = fill("flx:TSLA", "A", "400", "1", closedPnl="2.5", fee="0.1", feeToken="USDH")
    assert short(from_fills({**row, "coin": "BTC"}))[0] == (EntryKind.REALISED, "USDC", "2.5", "perp")
    assert from_fills(row) == []
    assert short(from_fills(row, whole=True)) == [
        (EntryKind.REALISED, "USDH", "2.5", "perp"),
        (FEE, "USDH", "-0.1", "perp"),
    ]


def test_fills_that_are_called_the_same_are_each_told() -> None:
    row = fill("BTC", "A", "1", "1", closedPnl="1.0")
    entries = from_fills(row, row, {**row, "oid": 8})
    assert [each.id for each in entries] == [
        f"{T}:BTC:9:7:profit",
        f"{T}:BTC:9:7:1:profit",
        f"{T}:BTC:9:8:profit",
    ]


@pytest.mark.parametrize(
    ("row", "booked"),
    [
        (update("deposit", usdc="100.5"), [(EntryKind.DEPOSIT, "USDC", "100.5", "perp")]),
        (
            update("withdraw", usdc="99.0", nonce=1, fee="1.0"),
            [(EntryKind.WITHDRAWAL, "USDC", "-99.0", "perp"), (FEE, "USDC", "-1.0", "perp")],
        ),
        (
            update("accountClassTransfer", usdc="50.0", toPerp=True),
            [(MOVE, "USDC", "50.0", "perp"), (MOVE, "USDC", "-50.0", "spot")],
        ),
        (
            update("accountClassTransfer", usdc="50.0", toPerp=False),
            [(MOVE, "USDC", "-50.0", "perp"), (MOVE, "USDC", "50.0", "spot")],
        ),
        (
            update("cStakingTransfer", token="HYPE", amount="25.0", isDeposit=True),
            [(MOVE, "HYPE", "25.0", "hype_staking"), (MOVE, "HYPE", "-25.0", "spot")],
        ),
        (
            sent("internalTransfer", ME, OTHER, usdc="20.0", fee="1.0"),
            [(MOVE, "USDC", "-20.0", "perp"), (FEE, "USDC", "-1.0", "perp")],
        ),
        (sent("internalTransfer", OTHER, ADDRESS, usdc="20.0", fee="1.0"), [(MOVE, "USDC", "20.0", "perp")]),
        (sent("subAccountTransfer", ME, OTHER, usdc="7.5"), [(MOVE, "USDC", "-7.5", "perp")]),
        (
            sent(
                "spotTransfer",
                ME,
                OTHER,
                token="UBTC",
                amount="0.5",
                fee="0.25",
                feeToken="USDC",
                nativeTokenFee="0.001",
                nonce=None,
            ),
            [
                (MOVE, "BTC", "-0.5", "spot"),
                (FEE, "USDC", "-0.25", "spot"),
                (FEE, "HYPE", "-0.001", "spot"),
            ],
        ),
        (
            sent("spotTransfer", OTHER, ME, token="HYPE", amount="3", fee="1", feeToken=""),
            [(MOVE, "HYPE", "3", "spot")],
        ),
        (
            sent("send", ME, ME, sourceDex="spot", destinationDex="", **DEXES),
            [(MOVE, "USDC", "-5.0", "spot"), (MOVE, "USDC", "5.0", "perp")],
        ),
        (
            sent("send", ME, ME, sourceDex="", destinationDex="xyz", **DEXES),
            [(MOVE, "USDC", "-5.0", "perp")],
        ),
        (sent("send", OTHER, ME, sourceDex="xyz", destinationDex="xyz", **DEXES), []),
        (
            update("vaultDeposit", vault=VAULT, usdc="10.0"),
            [(MOVE, "USDC", "-10.0", "perp"), (MOVE, "USDC", "10.0", "vaults")],
        ),
        (
            update("vaultCreate", vault=VAULT, usdc="100.0", fee="100.0"),
            [
                (MOVE, "USDC", "-100.0", "perp"),
                (MOVE, "USDC", "100.0", "vaults"),
                (FEE, "USDC", "-100.0", "perp"),
            ],
        ),
        (
            update(
                "vaultWithdraw",
                vault=VAULT,
                user=ME,
                requestedUsd="12.0",
                commission="0.5",
                closingCost="0.25",
                basis="9.0",
                netWithdrawnUsd="11.25",
            ),
            [
                (MOVE, "USDC", "-11.25", "vaults"),
                (MOVE, "USDC", "11.25", "perp"),
                (FEE, "USDC", "-0.5", "vaults"),
                (FEE, "USDC", "-0.25", "vaults"),
            ],
        ),
        (
            update("vaultWithdraw", vault=ADDRESS, user=OTHER, netWithdrawnUsd="11.25", commission="0.5"),
            [(MOVE, "USDC", "-11.25", "perp")],
        ),
        (update("vaultWithdraw", vault=VAULT, user=OTHER, netWithdrawnUsd="11.25"), []),
        (
            update("vaultDistribution", vault=VAULT, usdc="8.0"),
            [(MOVE, "USDC", "-8.0", "vaults"), (MOVE, "USDC", "8.0", "perp")],
        ),
        (
            update("vaultLeaderCommission", user=ADDRESS, usdc="2.0"),
            [(EntryKind.REWARD, "USDC", "2.0", "perp")],
        ),
        (update("spotGenesis", token="PURR", amount="100.0"), [(EntryKind.REWARD, "PURR", "100.0", "spot")]),
        (update("rewardsClaim", amount="4.5", token=""), [(EntryKind.REWARD, "USDC", "4.5", "")]),
        (update("deployGasAuction", token="HYPE", amount="5.0"), [(FEE, "HYPE", "-5.0", "")]),
        (update("gossipPriorityGasAuction", token="HYPE", amount="0.3"), [(FEE, "HYPE", "-0.3", "")]),
        (update("accountActivationGas", token="USDC", amount="1.0"), [(FEE, "USDC", "-1.0", "")]),
        (
            update("activateDexAbstraction", dex="xyz", token="USDC", amount="3.0"),
            [(MOVE, "USDC", "-3.0", "")],
        ),
        (update("borrowLend", token="USDC", operation="supply", amount="9.0", interestAmount="0.1"), []),
        (update("liquidation", liquidatedNtlPos="9.0", accountValue="1.0", leverageType="Cross"), []),
        (sent("ofATypeToCome", ME, OTHER, token="HYPE", amount="2.0"), [(MOVE, "HYPE", "-2.0", "spot")]),
        (update("ofAnotherTypeToCome", amount="2.0"), []),
    ],
)
def test_each_type_of_update_is_told_by_what_it_did(
    row: dict[str, Any], booked: list[tuple[Any, ...]]
) -> None:
    assert short(from_updates(row)) == booked


def test_in_an_account_of_one_balance_other_dexes_are_within_it() -> None:
    assert from_updates(update("activateDexAbstraction", dex="xyz", amount="3.0"), whole=True) == []
    came = sent("send", OTHER, ME, sourceDex="", destinationDex="xyz", **DEXES)
    assert short(from_updates(came, whole=True)) == [(MOVE, "USDC", "5.0", "perp")]


def test_moves_within_the_account_add_up_to_nothing_and_others_have_the_networks_transaction() -> None:
    moves = (
        update("accountClassTransfer", usdc="50.0", toPerp=True),
        update("accountClassTransfer", usdc="50.0", toPerp=True),
        update("vaultDeposit", vault=VAULT, usdc="10.0"),
        sent("send", ME, ME, sourceDex="spot", destinationDex="", **DEXES),
    )
    others = (
        update("deposit", usdc="1.0"),
        sent("spotTransfer", OTHER, ME, token="HYPE", amount="3"),
        update("deposit", hash_=NO_HASH, usdc="1.0"),
    )
    entries = from_updates(*moves, *others)
    assert len({each.id for each in entries}) == len(entries) == 11
    own = of_account(entries, Coverage(("perp", "spot", "vaults")))
    assert [each.tx for each in own] == [HASH, HASH, ""]
    assert short(of_account(from_updates(moves[2]), Coverage(("perp",)))) == [(MOVE, "USDC", "-10.0", "perp")]


def test_what_an_address_did_adds_up_to_what_it_has() -> None:
    entries = from_updates(
        update("deposit", usdc="1000.0"),
        update("accountClassTransfer", usdc="400.0", toPerp=False),
        update("withdraw", usdc="99.0", nonce=1, fee="1.0"),
    ) + from_fills(
        fill("@107", "B", "40", "5", fee="0.01", feeToken="HYPE"),
        fill("BTC", "A", "80000", "0.1", closedPnl="12.5", fee="0.5"),
    )
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in entries:
        held[each.wallet, each.asset] += each.amount
    assert held == {
        ("perp", "USDC"): Decimal(512),
        ("spot", "USDC"): Decimal(200),
        ("spot", "HYPE"): Decimal("4.99"),
    }


def test_a_page_that_may_be_cut_leaves_its_last_millisecond_to_the_next() -> None:
    times = [*range(FULL - 2), FULL, FULL]
    assert kept(times[:-1], 0, 9_999) == (FULL - 1, None)
    assert kept(times, 0, 9_999) == (FULL - 2, FULL)
    assert kept([5] * FULL, 5, 9_999) == (FULL, 6)
    assert kept([5] * FULL, 5, 6) == (FULL, None)
    for wrong in ([5] * MOST, [*range(1, FULL), 0], [9_999], [-1]):
        with pytest.raises(Unusable):
            kept(wrong, 0, 9_999)


def asked_for(requests: list[str], what: str) -> list[tuple[int, int]]:
    bodies = [json.loads(each[each.index("{") :]) for each in requests if f'"{what}"' in each]
    assert all(body["user"] == ADDRESS for body in bodies)
    return [(body["startTime"], body["endTime"]) for body in bodies]


@pytest.mark.asyncio
async def test_a_full_page_goes_on_with_the_time_of_its_last_row_and_the_next_sync_an_hour_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (FULL, MOST) == (500, 2_000)
    monkeypatch.setattr("cambist.exchanges.dialects.hyperliquid.pages.FULL", 6)
    full = [fill("@107", "B", "1", "1", time=T + at // 2, tid=at) for at in range(6)]
    border = T + 2
    rest = [*full[-2:], fill("BTC", "A", "1", "1", time=T + 9, closedPnl="2.5")]
    answers = {
        f'"startTime":{border},': rest,
        f'"startTime":{milliseconds(NOW) - 3_600_000},': [],
        '"userFillsByTime"': full,
        '"spotMeta"': META,
    }
    async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
        pages = await asked.pages("fills", SINCE, NOW)
        (again,) = await asked.pages("fills", SINCE, NOW + timedelta(hours=1), pages[-1].cursor)
    entries = [each for page in pages for each in page.entries]
    assert len({each.id for each in entries}) == len(entries) == 2 * 6 + 1
    assert sum(each.amount for each in entries if each.asset == "HYPE") == 6
    assert [(page.until, page.known_from) for page in (*pages, again)] == [
        (SINCE, SINCE),
        (NOW, SINCE),
        (NOW + timedelta(hours=1), SINCE),
    ]
    end = milliseconds(NOW) - 1
    assert asked_for(asked.requests, "userFillsByTime") == [
        (milliseconds(SINCE), end),
        (border, end),
        (end + 1 - 3_600_000, end + 3_600_000),
    ]


@pytest.mark.asyncio
async def test_where_fills_may_be_forgotten_flows_are_known_from_the_first_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert REMEMBERED == 8_000
    monkeypatch.setattr("cambist.exchanges.dialects.hyperliquid.pages.FULL", 3)
    monkeypatch.setattr("cambist.exchanges.dialects.hyperliquid.fills.REMEMBERED", 4)
    rows = [fill("BTC", "A", "1", "1", time=T + at, tid=at) for at in range(4)]
    for last, known_from in ((rows[2:], moment(T)), (rows[2:3], SINCE)):
        answers = {f'"startTime":{T + 2},': last, '"userFillsByTime"': rows[:3]}
        async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
            pages = await asked.pages("fills", SINCE, NOW)
        assert [page.known_from for page in pages] == [SINCE, known_from]


@pytest.mark.parametrize(("late", "known_from"), [((), SINCE), ((T + 7,), moment(T + 7)), (None, NOW)])
@pytest.mark.asyncio
async def test_where_fills_were_forgotten_between_pages_flows_are_known_from_after_them(
    monkeypatch: pytest.MonkeyPatch, late: tuple[int, ...] | None, known_from: datetime
) -> None:
    """The first row of a page is one that the page before has told of, unless it is among those forgotten."""
    monkeypatch.setattr("cambist.exchanges.dialects.hyperliquid.pages.FULL", 3)
    rows = [fill("BTC", "A", "1", "1", time=T + at, tid=at) for at in range(3)]
    asked = Asked("", SINCE, NOW)
    first = await FILLS.read(Client(json.dumps(rows)), MARKET, asked)
    then = [rows[2]] if late == () else [fill("BTC", "A", "1", "1", time=at) for at in late or ()]
    last = await FILLS.read(Client(json.dumps(then)), MARKET, replace(asked, cursor=first.cursor))
    assert [(page.more, page.known_from) for page in (first, last)] == [(True, SINCE), (False, known_from)]
    of_one_time = await FILLS.read(Client(json.dumps([rows[0]] * 3)), MARKET, asked)
    last = await FILLS.read(Client(json.dumps(rows[1:])), MARKET, replace(asked, cursor=of_one_time.cursor))
    assert (len(of_one_time.entries), last.known_from) == (0, SINCE)


@pytest.mark.asyncio
async def test_what_was_before_a_row_of_a_type_to_come_that_names_no_ends_is_not_known() -> None:
    clear = [update("deposit", usdc="1"), sent("ofATypeToCome", ME, OTHER, token="HYPE", amount="2.0")]
    unclear = update("perpDexClassTransfer", T + 5, amount="100.0", token="USDC", dex="xyz", toPerp=True)
    asked = Asked("", SINCE, NOW)
    page = await UPDATES.read(Client(json.dumps(clear)), MARKET, asked)
    assert (len(page.entries), page.known_from) == (2, SINCE)
    rows = [*clear, unclear, update("deposit", T + 9, usdc="2")]
    page = await UPDATES.read(Client(json.dumps(rows)), MARKET, asked)
    assert (len(page.entries), page.known_from) == (3, moment(T + 6))
    later = replace(asked, cursor=page.cursor, now=NOW + timedelta(hours=1))
    assert (await UPDATES.read(Client("[]"), MARKET, later)).known_from == moment(T + 6)


@pytest.mark.asyncio
async def test_the_mode_of_an_account_is_asked_where_another_dex_is_named() -> None:
    answers: dict[str, Any] = {
        '"userNonFundingLedgerUpdates"': [update("deposit", usdc="1.0")],
        '"userFillsByTime"': [fill("xyz:TSLA", "A", "1", "1", closedPnl="2.5")],
        '"userAbstraction"': "unifiedAccount",
    }
    async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
        (updates,) = await asked.pages("updates", SINCE, NOW)
        assert len(asked.requests) == 1
        (fills,) = await asked.pages("fills", SINCE, NOW)
    assert short(updates.entries) == [(EntryKind.DEPOSIT, "USDC", "1.0", "perp")]
    assert short(fills.entries) == [(EntryKind.REALISED, "USDC", "2.5", "perp")]


def paid(coin: str, usdc: str, time: int = T) -> dict[str, Any]:
    delta = {"type": "funding", "coin": coin, "usdc": usdc, "szi": "1", "fundingRate": "0", "nSamples": None}
    return {"time": time, "hash": NO_HASH, "delta": delta}


@pytest.mark.asyncio
async def test_funding_is_told_in_what_its_dex_settles_in_where_that_dex_is_read() -> None:
    early = paid("BTC", "9", milliseconds(SINCE) - 3_600_000)
    rows = [early, paid("BTC", "-3.625312"), paid("ETH", "0.5"), paid("flx:TSLA", "0.25")]
    answers: dict[str, Any] = {'"userFunding"': rows, '"userAbstraction"': "disabled"}
    async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
        (page,) = await asked.pages("funding", SINCE, NOW)
    assert short(page.entries) == [
        (EntryKind.FUNDING, "USDC", "-3.625312", "perp"),
        (EntryKind.FUNDING, "USDC", "0.5", "perp"),
    ]
    assert [each.id for each in page.entries] == [f"{T}:BTC", f"{T}:ETH"]
    answers |= {'"userAbstraction"': "portfolioMargin", '"spotMeta"': META, '"meta"': {"collateralToken": 3}}
    async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
        (page,) = await asked.pages("funding", SINCE, NOW)
    assert short(page.entries)[2:] == [(EntryKind.FUNDING, "USDH", "0.25", "perp")]
    assert any('"dex":"flx"' in each for each in asked.requests)


@pytest.mark.asyncio
async def test_interest_is_charged_and_paid_and_what_is_staked_earns() -> None:
    rewards = [
        {"time": T, "source": "delegation", "totalAmount": "0.73117184"},
        {"time": T, "source": "commission", "totalAmount": "130.76445876"},
        {"time": milliseconds(SINCE) - 1, "source": "delegation", "totalAmount": "1"},
    ]
    interest = [
        {"time": T, "token": "USDC", "borrow": "0.05", "supply": "0.0"},
        {"time": T, "token": "UBTC", "borrow": "0.0", "supply": "0.00001"},
    ]
    answers = {'"delegatorRewards"': rewards, '"userBorrowLendInterest"': interest}
    async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
        (earned,) = await asked.pages("rewards", SINCE, NOW)
        (charged,) = await asked.pages("interest", SINCE, NOW)
    assert short(earned.entries) == [
        (EntryKind.REWARD, "HYPE", "0.73117184", "hype_staking"),
        (EntryKind.REWARD, "HYPE", "130.76445876", "hype_staking"),
    ]
    assert short(charged.entries) == [
        (EntryKind.INTEREST, "USDC", "-0.05", "spot"),
        (EntryKind.REWARD, "BTC", "0.00001", "spot"),
    ]
    assert (earned.until, earned.known_from, earned.more) == (NOW, SINCE, False)
    assert asked_for(asked.requests, "userBorrowLendInterest") == [
        (milliseconds(SINCE), milliseconds(NOW) - 1)
    ]


ROWS = {
    "fills": fill("BTC", "A", "1", "1", closedPnl="1.5"),
    "updates": update("deposit", usdc="1.5"),
    "funding": paid("BTC", "1.5"),
    "interest": {"time": T, "token": "USDC", "borrow": "1.5", "supply": "0"},
    "rewards": {"time": T, "source": "delegation", "totalAmount": "1.5"},
}


@dataclass
class Client:
    """As the dialect uses one: asked anything, it says the same."""

    says: str
    walletAddress: str = ADDRESS  # noqa: N815
    raw: bool = False
    large: bool = False

    async def public_post_info(self, _: Any) -> bytes:
        return self.says.encode()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.terms.name)
@pytest.mark.asyncio
async def test_an_answer_that_is_none_of_its_source_is_refused(source: LedgerSource) -> None:
    row = ROWS[source.terms.name]
    asked = Asked("", SINCE, NOW)
    assert (await source.read(Client(json.dumps([row])), MARKET, asked)).entries
    bodies = [*NO_LEDGER, json.dumps([row])[:-1], json.dumps([row | {"time": None}])]
    bodies.append(json.dumps([row]).replace('"1.5"', '"1_5"'))
    if source.terms.name != "rewards":
        bodies.append(json.dumps([{**row, "time": milliseconds(NOW)}]))
    for body in bodies:
        with pytest.raises(Unusable):
            await source.read(Client(body), MARKET, asked)


@pytest.mark.asyncio
async def test_an_address_that_is_none_is_a_bad_key() -> None:
    async with answering("hyperliquid", {"/info": Says(422, "no")}, BY_ADDRESS) as asked:
        with pytest.raises(KeysRejected):
            await asked.pages("updates", SINCE, NOW)


@pytest.mark.parametrize(
    "broken",
    [
        update("deposit"),
        update("accountClassTransfer", usdc="1"),
        update("cStakingTransfer", isDeposit=True, token="HYPE"),
        update("withdraw", usdc="1", fee="x"),
    ],
)
def test_an_update_that_does_not_say_enough_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(Unusable):
        from_updates(broken)


def test_a_fill_of_no_side_or_of_no_pair_is_refused() -> None:
    for broken in (fill("@107", "C", "1", "1"), fill("@999", "B", "1", "1")):
        with pytest.raises(Unusable):
            from_fills(broken)
    assert msgspec.json.decode(json.dumps(fill("BTC", "B", "1", "1")), type=Fill).fee_token == "USDC"
