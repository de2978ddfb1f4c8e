"""Gate: what each wallet holds to the digit, classic or unified; what its labels mean; its prices."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.listings import DepositAddress
from cambist.core.rights import UNKNOWN, KeyRights
from cambist.core.terms import Stablecoins
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.gate.dialect import GATE
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.failures import ClockSkewed
from cambist.simulator.replay import Recording, Replay
from tests.exchanges.bent import bent
from tests.exchanges.recordings import KEYS, Recorded
from tests.exchanges.recordings.gate import ANSWERS, CLASSIC, FUTURES_USDT, OPTIONS, UNIFIED
from tests.exchanges.replayed import gateway, once, read_wallet, recording, refusal, replayed
from tests.exchanges.test_broken_answers import BROKEN

UNIFIED_CALL, SPOT_CALL = "/api/v4/unified/accounts", "/api/v4/spot/accounts"

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(name="gate")
async def _gate() -> AsyncIterator[tuple[Replay, Exchange]]:
    async with replayed("gate", recording(ANSWERS)) as made:
        yield made


def figures(balances: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """{code: (free, locked, total, borrowed, interest)}."""
    return {
        code: tuple(map(str, (b.free, b.locked, b.total, b.borrowed, b.interest)))
        for code, b in balances.items()
    }


EXPECTED: dict[str, dict[str, tuple[str, ...]]] = {
    "spot": {
        "ETH": ("968.8", "1.2", "970.0", "0", "0"),
        "USDT": ("8.203089068175", "1.8", "10.003089068175", "0", "0"),
    },
    # available = margin + borrowed, so the debt is taken off: and its interest
    "isolated_margin": {
        "BTC": ("0.047060413211", "0", "-0.000173836789", "0.047233", "0.00000125"),
        "USDT": ("1234.5", "6", "1240.5", "0", "0"),
        "ETH": ("2", "0", "2", "0", "0"),
    },
    "earn": {
        "BTC": ("0", "20.999992", "20.999992", "0", "0"),
        "USDT": ("0", "1500.5", "1500.5", "0", "0"),
    },
    # the account of Gate's own example: its total, which has no unrealised profit in it, and that profit
    "futures_usdt": {"USDT": ("9669.091377934145", "3409.961017181000", "13079.052395115145", "0", "0")},
    "futures_btc": {"BTC": ("0.4000", "0.0875", "0.4875", "0", "0")},
    "delivery_usdt": {"USDT": ("100.00", "0.75", "100.75", "0", "0")},
    # likewise; options are worth what they would bring, which is in the equity
    "options": {"USDT": ("1514.901537", "95.427885", "1610.329422", "0", "0")},
}


@pytest.mark.parametrize("wallet", EXPECTED)
async def test_each_wallet_is_read_to_the_digit(gate: tuple[Replay, Exchange], wallet: str) -> None:
    assert figures(await read_wallet(gate[1], "gate_io", wallet)) == EXPECTED[wallet]


async def test_a_unified_account_stands_for_spot_by_its_equity_in_one_call() -> None:
    """Its equity is available + freeze − borrowed + the futures account's total + unrealised profit
    (CrossMarginBalance in Gate's SDK): nothing is added or taken off."""
    async with replayed("gate", recording({"/unified/accounts": UNIFIED})) as (replay, exchange):
        told = await read_wallet(exchange, "gate_io", "spot")
    assert figures(told) == {
        "ETH": ("1", "0", "0.924606333346", "0.075393666654", "0"),
        "USDT": ("3400", "0", "3466.1", "0", "0"),
    }
    assert replay.paths == [UNIFIED_CALL]


@pytest.mark.parametrize("label", ["INVALID_UNIFIED_ACCOUNT", "UNIFIED_ACCOUNT_NOT_ACTIVATED"])
@pytest.mark.parametrize("status", [200, 400])
async def test_an_account_that_is_not_unified_is_read_by_its_spot_account(label: str, status: int) -> None:
    answers = {**ANSWERS, "/unified/accounts": {**CLASSIC, "label": label}}
    played = recording(answers, {"/unified/accounts": status})
    async with replayed("gate", played) as (replay, exchange):
        assert figures(await read_wallet(exchange, "gate_io", "spot")) == EXPECTED["spot"]
    assert replay.paths == [UNIFIED_CALL, SPOT_CALL]


async def test_keys_that_may_not_tell_whether_the_account_is_unified_never_pass_for_a_classic_one() -> None:
    refused = {"label": "FORBIDDEN", "message": "Request API key does not have unified permission"}
    played = recording({**ANSWERS, "/unified/accounts": refused}, {"/unified/accounts": 403})
    async with replayed("gate", played) as (_, exchange):
        with pytest.raises(KeysRejected, match="Unified Account") as failed:
            await read_wallet(exchange, "gate_io", "spot")
    assert failed.value.key_state == "no_permission"


@pytest.mark.parametrize(("label", "state"), [("INVALID_KEY", "invalid"), ("IP_FORBIDDEN", "ip_not_allowed")])
async def test_keys_refused_for_the_unified_account_are_what_the_exchange_says(
    label: str, state: str
) -> None:
    played = recording({"/unified/accounts": {"label": label, "message": ""}}, {"/unified/accounts": 401})
    async with replayed("gate", played) as (_, exchange):
        with pytest.raises(KeysRejected) as failed:
            await read_wallet(exchange, "gate_io", "spot")
    assert failed.value.key_state == state


@pytest.mark.parametrize("way", BROKEN)
async def test_no_broken_answer_passes_for_a_unified_account_or_for_none(way: str) -> None:
    played = Recorded({"/unified/accounts": UNIFIED, "/spot/accounts": ANSWERS["/spot/accounts"]})
    async with bent("gate_io", "spot", played) as wallet:
        with pytest.raises(LoadFailed):
            await wallet.read({f"/gate{UNIFIED_CALL}": BROKEN[way]})


async def test_earn_that_counts_as_margin_is_refused_since_it_may_be_in_the_equity_or_not() -> None:
    played = recording({"/unified/accounts": {**UNIFIED, "use_funding": True}})
    async with replayed("gate", played) as (_, exchange):
        with pytest.raises(ExchangeUnavailable, match="Earn"):
            await read_wallet(exchange, "gate_io", "spot")


@pytest.mark.parametrize(
    ("wallet", "answer"),
    [
        ("futures_usdt", {**FUTURES_USDT, "margin_mode": 1}),
        ("futures_usdt", {**FUTURES_USDT, "margin_mode": 3}),
        ("futures_usdt", {**FUTURES_USDT, "enable_credit": True}),
        ("delivery_usdt", {**FUTURES_USDT, "margin_mode": 2}),
        ("options", {**OPTIONS, "margin_mode": 1}),
    ],
)
async def test_derivatives_that_are_part_of_a_unified_account_are_not_counted_beside_it(
    wallet: str, answer: dict[str, Any]
) -> None:
    async with replayed("gate", recording({"/accounts": answer})) as (_, exchange):
        with pytest.raises(NotOffered, match="connect it as gate_io"):
            await read_wallet(exchange, "gate_io_usdt_perpetual", wallet)


def saved(first: int, count: int) -> list[dict[str, str]]:
    return [{"currency": f"C{number}", "amount": "1.5"} for number in range(first, first + count)]


async def test_what_is_in_earn_is_read_to_the_last_page_or_refused() -> None:
    pages = {"page=1&": saved(0, 100), "page=2&": saved(100, 3)}
    async with replayed("gate", recording(pages)) as (replay, exchange):
        told = await read_wallet(exchange, "gate_io", "earn")
        assert (len(told), sum(each.total for each in told.values())) == (103, Decimal("154.5"))
        for wrong in (saved(99, 3), saved(100, 100)):  # one told already; pages without end
            replay.recording = recording({**pages, "page=": wrong, "page=2&": wrong})
            with pytest.raises(ExchangeUnavailable):
                await read_wallet(exchange, "gate_io", "earn")


REFUSALS: list[tuple[int, str, str, type[LoadFailed], str | None]] = [
    (401, "INVALID_KEY", "Invalid key provided", KeysRejected, "invalid"),
    (401, "INVALID_SIGNATURE", "Signature mismatch", KeysRejected, "invalid"),
    (403, "IP_FORBIDDEN", "IP forbidden", KeysRejected, "ip_not_allowed"),
    (403, "FORBIDDEN", "IP not in whitelist", KeysRejected, "ip_not_allowed"),
    (403, "FORBIDDEN", "Request API key does not have spot permission", KeysRejected, "no_permission"),
    (403, "READ_ONLY", "read only", KeysRejected, "no_permission"),
    (403, "REQUEST_EXPIRED", "gap between request Timestamp and server time exceeds 60", ClockSkewed, None),
    (429, "TOO_MANY_REQUESTS", "Request Rate limit Exceeded", ExchangeLimiting, None),
    (200, "TOO_FAST", "x", ExchangeLimiting, None),
    (503, "SERVER_ERROR", "x", ExchangeUnavailable, None),
    (400, "TOO_BUSY", "x", ExchangeUnavailable, None),
    (403, "ACCOUNT_LOCKED", "locked", ExchangeRefused, None),
    (400, "USER_NOT_FOUND", "please transfer funds first to create futures account", NotOffered, None),
    (400, "INVALID_PARAM_VALUE", "x", ExchangeRefused, None),
]


@pytest.mark.parametrize(("status", "label", "words", "kind", "state"), REFUSALS)
async def test_what_a_label_means(
    status: int, label: str, words: str, kind: type[LoadFailed], state: str | None
) -> None:
    failure = refusal(GATE.errors, status, {"label": label, "message": words})
    assert type(failure) is kind
    assert failure.key_state == state


PAIRS = [
    {"id": "BTC_USDT", "base": "BTC", "quote": "USDT", "trade_status": "tradable"},
    {"id": "OLD_USDT", "base": "OLD", "quote": "USDT", "trade_status": "untradable"},
    {"id": "SELL_USDT", "base": "SELL", "quote": "USDT", "trade_status": "sellable"},
]
TICKERS = [
    {"currency_pair": "BTC_USDT", "last": "63722.1", "highest_bid": "63722", "lowest_ask": "63722.2"},
    {"currency_pair": "OLD_USDT", "last": "0.5", "highest_bid": "", "lowest_ask": ""},
]
PUBLIC = {"/spot/currency_pairs": PAIRS, "/spot/tickers": TICKERS}


async def test_pairs_that_trade_are_apart_from_those_that_do_not_and_prices_are_last_or_middle() -> None:
    async with replayed("gate", recording(PUBLIC)) as (_, exchange):
        listed = await exchange.ask(GATE.prices.pairs)
        last, mid = await exchange.ask(GATE.prices.last), await exchange.ask(GATE.prices.mid)
    assert listed.symbols == {("BTC", "USDT"): "BTC_USDT"}
    assert listed.halted == {("OLD", "USDT"): "OLD_USDT", ("SELL", "USDT"): "SELL_USDT"}
    assert last == {"BTC_USDT": ("63722.1",), "OLD_USDT": ("0.5",)}
    assert mid == {"BTC_USDT": ("63722", "63722.2"), "OLD_USDT": ("", "")}


@pytest.mark.parametrize("code", ["gate_io", "gate_io_usdt_perpetual", "gate_io_btc_perpetual"])
async def test_a_load_asks_each_wallet_one_call_and_the_prices_one(code: str) -> None:
    """Of a unified account; one that is classic is asked once more, for it is only told by a refusal."""
    market = CATALOGUE[code]
    async with gateway("gate", {**ANSWERS, **PUBLIC, "/unified/accounts": UNIFIED}) as (replay, made):
        listed = await made.price_list(market)
        reading = await made.read_wallets(market, KEYS, market.wallets)
    assert [wallet.wallet for wallet in reading.answered] == list(market.wallets)
    assert listed.priced(market, Stablecoins.REFERENCE).numeraire.btc_usd == Decimal("63722.1")
    private = [path for path in replay.paths if not path.endswith(tuple(PUBLIC))]
    assert len(private) == len(set(private)) == len(market.wallets)
    assert all(call.weight == 1 for call in reading.calls)
    assert reading.uid == ("10001" if code == "gate_io" else "1666")


def key(*perms: tuple[str, bool], **fields: Any) -> dict[str, Any]:
    named = [{"name": name, "read_only": read_only} for name, read_only in perms]
    return {"state": 1, "mode": 1, "user_id": 7, "perms": named, "ip_whitelist": [], **fields}


MINE, THEIRS = "key-of-the-t*****", "c5dcfbf1f3a7*****"


@pytest.mark.parametrize(
    ("told", "rights"),
    [
        (key(("spot", True), ("account", False)), KeyRights(True, False, None, False)),
        (
            [key(("spot", False), key=THEIRS), key(("spot", True), key=MINE)],
            KeyRights(True, False, None, False),
        ),
        (
            [key(("futures", False), key=MINE, ip_whitelist=["203.0.113.7"])],
            KeyRights(True, True, None, True),
        ),
        ([key(("wallet", False), key=MINE)], KeyRights(True, False, None, False)),
        ([key(("withdrawal", False), key=MINE)], KeyRights(True, False, True, False)),
        ([key(("spot", False), key=THEIRS)], UNKNOWN),
        ([key(("spot", False), key="*****")], UNKNOWN),
        ([key(("spot", True), key=MINE), key(("spot", False), key=MINE)], UNKNOWN),
    ],
)
async def test_rights_are_those_of_the_key_that_begins_so(told: Any, rights: KeyRights) -> None:
    async with gateway("gate", {"/account/main_keys": told}) as (_, made):
        assert await made.rights(CATALOGUE["gate_io"], KEYS) == rights


async def test_the_uid_is_the_accounts_or_unknown_where_the_keys_may_not_ask_for_it() -> None:
    async with gateway("gate", {"/account/detail": {"user_id": 1667201533, "key": {"mode": 1}}}) as (
        replay,
        made,
    ):
        assert await made.uid(CATALOGUE["gate_io"], KEYS) == "1667201533"
        replay.recording = Recording(b'{"label":"FORBIDDEN","message":"no account permission"}')
        assert await made.uid(CATALOGUE["gate_io"], KEYS) is None


async def test_open_orders_are_the_sums_of_all_pairs() -> None:
    pairs = [
        {"currency_pair": pair, "total": total, "orders": []} for pair, total in (("A_B", 3), ("C_D", 120))
    ]
    async with gateway("gate", {"/spot/open_orders": pairs}) as (_, made):
        assert await made.open_orders(CATALOGUE["gate_io"], KEYS) == 123
        with pytest.raises(NotOffered):
            await made.open_orders(CATALOGUE["gate_io_btc_perpetual"], KEYS)


async def test_networks_and_addresses_are_told() -> None:
    chains = [{"name": "TRX", "addr": "", "withdraw_disabled": True, "deposit_disabled": False}]
    tether = {"currency": "USDT", "name": "Tether", "withdraw_disabled": False, "deposit_disabled": False}
    on = [{"chain": "ETH", "address": "0x0001", "payment_id": "9"}, {"chain": "TRX", "address": ""}]
    answers = {
        "/spot/currencies": [{**tether, "chains": chains}],
        "/wallet/deposit_address": {"currency": "USDT", "address": "0x0001", "multichain_addresses": on},
    }
    async with replayed("gate", recording(answers)) as (_, exchange):
        (told,) = await exchange.ask(GATE.currencies)
        (network,) = told.networks
        assert (told.name, network.code, network.deposits, network.withdrawals) == (
            "Tether",
            "TRX",
            True,
            False,
        )
        assert await once(exchange, address_on("ETH")) == DepositAddress("0x0001", "9")
        for network_without in ("TRX", "SOL"):
            with pytest.raises(ExchangeUnavailable):
                await once(exchange, address_on(network_without))


def address_on(network: str) -> Callable[[Any], Awaitable[DepositAddress]]:
    return lambda client: GATE.deposit_address(client, "USDT", network)
