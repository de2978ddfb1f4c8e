"""What is read of OKX's answers: the exchange's own figures, digit for digit, or nothing at all."""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeRefused
from cambist.core.listings import Currency, DepositAddress, Network
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.okx import account
from cambist.exchanges.dialects.okx.dialect import OKX
from cambist.exchanges.dialects.okx.wallets import earn_answer, funding_answer, staking_answer, trading_answer
from cambist.exchanges.guard import Unusable

MARKET = CATALOGUE["okex"]
Reader = Callable[[bytes], WalletAnswer]


def trading(raw: bytes) -> WalletAnswer:
    return trading_answer(raw, MARKET)


def funding(raw: bytes) -> WalletAnswer:
    return funding_answer(raw, MARKET)


def earn(raw: bytes) -> WalletAnswer:
    return earn_answer(raw, MARKET)


def staking(raw: bytes) -> WalletAnswer:
    return staking_answer(raw, MARKET)


def enveloped(rows: Any, code: str = "0") -> bytes:
    return json.dumps({"code": code, "msg": "", "data": rows}).encode()


def asset(ccy: str = "BTC", **fields: str) -> dict[str, str]:
    """A currency of the trading account that holds one."""
    whole = {"availBal": "1", "availEq": "1", "frozenBal": "0", "eq": "1", "liab": "0", "interest": "0"}
    return {"ccy": ccy, **whole, **fields}


def held(*assets: dict[str, str]) -> bytes:
    return enveloped([{"availEq": "", "totalEq": "0", "details": assets}])


class Client:
    """Answers as the exchange would, whatever is asked, one page after the other; notes what was asked."""

    raw = large = False

    def __init__(self, *pages: bytes) -> None:
        self._pages = list(pages)
        self.asked: list[dict[str, str]] = []

    def __getattr__(self, call: str) -> Callable[..., Awaitable[bytes]]:
        async def answer(params: dict[str, str] | None = None) -> bytes:
            self.asked.append(params or {})
            return self._pages.pop(0)

        return answer


# ── the exchange's own examples ──────────────────────────────────────────────────────────────────────

# The response example of "Get balance" in the trading account's part of OKX's documentation
# (https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-balance), the fields that are read and those
# that make up the equity: an open position at a loss, and 150 USDT in the hands of a trading bot.
DOCUMENTED = {
    "availBal": "4834.317093622894",
    "availEq": "4834.3170936228935",
    "cashBal": "4850.435693622894",
    "ccy": "USDT",
    "crossLiab": "0",
    "eq": "4992.890093622894",
    "eqUsd": "4991.542013297616",
    "frozenBal": "158.573",
    "interest": "0",
    "isoEq": "0",
    "isoLiab": "0",
    "isoUpl": "0",
    "liab": "0",
    "stgyEq": "150",
    "upl": "-7.545600000000006",
    "uplLiab": "0",
}


def test_the_documented_position_comes_out_to_the_digit_and_is_counted_once() -> None:
    told = trading(enveloped([{"availEq": "55415.624719833286", "details": [DOCUMENTED]}]))
    (usdt,) = told.balances
    assert repr(usdt) == repr(
        Balance(
            "USDT", "USDT", Decimal("4834.317093622894"), Decimal("158.573"), Decimal("4992.890093622894")
        )._replace(borrowed=Decimal(0), interest=Decimal(0))
    )
    # balance + unrealised profit + what bots hold; the last digit of `upl` is a double's
    parts = Decimal(DOCUMENTED["cashBal"]) + Decimal(DOCUMENTED["upl"]) + Decimal(DOCUMENTED["stgyEq"])
    assert abs(usdt.total - parts) < Decimal("1e-12")


def test_a_debt_is_in_the_equity_already_and_is_not_taken_off_twice() -> None:
    """The amounts are those that the same page gives as examples of `liab` and `interest`; the rule is that
    of OKX's help, "Multi-currency margin mode": equity = balance + floating profit − accrued interest, and a
    negative equity is the liability."""
    owed = asset("USDT", availBal="0", eq="-21634.65", liab="21625.64", interest="9.01")
    (usdt,) = trading(held(owed)).balances
    assert usdt == Balance(
        "USDT",
        "USDT",
        free=Decimal(0),
        locked=Decimal(0),
        total=Decimal("-21634.65"),
        borrowed=Decimal("21625.64"),
        interest=Decimal("9.01"),
    )


def test_the_documented_funding_account_and_savings_come_out_to_the_digit() -> None:
    """Of https://www.okx.com/docs-v5/en/#funding-account-rest-api-get-balance and
    #financial-product-simple-earn-flexible, whose earnings are in the amount."""
    funds = {"availBal": "37.11827078", "bal": "37.11827078", "ccy": "ETH", "frozenBal": "0"}
    lent = {
        "earnings": "0.0010737388791526",
        "redemptAmt": "",
        "rate": "0.0100000000000000",
        "ccy": "USDT",
        "amt": "11.0010737453457821",
        "loanAmt": "11.0010630707982819",
        "pendingAmt": "0.0000106745475002",
    }
    (eth,) = funding(enveloped([funds])).balances
    (usdt,) = earn(enveloped([lent])).balances
    assert (eth.code, eth.free, eth.locked, eth.total) == (
        "ETH",
        *map(Decimal, ("37.11827078", "0", "37.11827078")),
    )
    assert (usdt.free, usdt.locked, usdt.total) == tuple(
        map(Decimal, ("0.0000106745475002", "11.0010630707982819", "11.0010737453457821"))
    )
    assert usdt.free + usdt.locked == usdt.total


def order(
    number: str, ccy: str, amt: str, *earnings: tuple[str, str, str], state: str = "1"
) -> dict[str, Any]:
    """An order in On-chain Earn, its earnings as (currency, type, amount)."""
    earning = [dict(zip(("ccy", "earningType", "earnings"), each, strict=True)) for each in earnings]
    return {
        "ordId": number,
        "ccy": ccy,
        "productId": "101",
        "state": state,
        "protocol": "Polkadot",
        "protocolType": "defi",
        "term": "0",
        "apy": "0.1014",
        "investData": [{"ccy": ccy, "amt": amt}],
        "earningData": earning,
        "purchasedTime": "1729839328000",
        "tag": "",
        "estSettlementTime": "",
        "cancelRedemptionDeadline": "",
        "fastRedemptionData": [],
    }


def test_the_documented_orders_are_what_is_invested_and_no_estimated_earnings() -> None:
    """Of https://www.okx.com/docs-v5/en/#financial-product-on-chain-earn-get-active-orders."""
    first = order("2413499", "DOT", "2", ("DOT", "0", "0.10615025"))
    second = order("2213257", "USDT", "1", ("USDT", "0", "0.02886582"), ("COMP", "1", "0.0000627"))
    third = order("2210943", "USDT", "1", ("USDT", "0", "0.02891823"), ("COMP", "1", "0.0000632"))
    told = staking(enveloped([first, second, third])).balances
    assert [each[:5] for each in told] == [
        (code, code, Decimal(0), Decimal(2), Decimal(2)) for code in ("DOT", "USDT")
    ]


@pytest.mark.parametrize("state", ["8", "13", "9", "1", "2"])
def test_an_order_counts_in_whatever_state_until_it_is_gone(state: str) -> None:
    (dot,) = staking(enveloped([order("1", "DOT", "0.123456789012345678", state=state)])).balances
    assert str(dot.total) == "0.123456789012345678"


@pytest.mark.parametrize("place", range(4))
def test_an_order_of_which_a_currency_is_told_twice_is_refused_wherever_it_stands(place: int) -> None:
    told = order("2213257", "USDT", "1", ("USDT", "0", "0.02886582"), ("COMP", "1", "0.0000627"))
    parts = enveloped([told]).split(b'"ccy"')
    parts[place] += b'"ccy": "DOT", '
    with pytest.raises(Unusable, match="twice"):
        staking(b'"ccy"'.join(parts))


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_order_counts_whatever_is_written_for_no_earnings(nothing: Any) -> None:
    (dot,) = staking(enveloped([{**order("1", "DOT", "2"), "earningData": nothing}])).balances
    assert dot.total == Decimal(2)


def test_an_order_of_several_currencies_holds_each_of_them() -> None:
    both = order("1", "DOT", "2")
    both["investData"].append({"ccy": "USDT", "amt": "0.5"})
    assert [(each.code, str(each.total)) for each in staking(enveloped([both])).balances] == [
        ("DOT", "2"),
        ("USDT", "0.5"),
    ]


def test_what_a_mode_of_account_does_not_have_is_empty_and_nothing() -> None:
    plain = asset("BTC", availBal="", availEq="0.5", eq="0.75", liab="", interest="")
    (btc,) = trading(held(plain)).balances
    assert (btc.free, btc.total) == (Decimal("0.5"), Decimal("0.75"))
    assert btc.borrowed == btc.interest == 0


def test_rows_without_anything_are_left_out_and_a_debt_alone_is_something() -> None:
    nothing = asset("XRP", availBal="0", frozenBal="0.00", eq="0")
    even = asset("ETH", availBal="0", eq="0", liab="2")
    assert [balance.code for balance in trading(held(nothing, even, asset())).balances] == ["ETH", "BTC"]


# ── what cannot be used ──────────────────────────────────────────────────────────────────────────────

FUNDS = {"ccy": "ETH", "availBal": "1", "frozenBal": "0", "bal": "1"}
LENT = {"ccy": "ETH", "amt": "1", "loanAmt": "1", "pendingAmt": "0"}
GOOD: dict[str, tuple[Reader, bytes, tuple[str, ...]]] = {
    "trading": (
        trading,
        held(asset()),
        ("ccy", "eq", "availBal", "availEq", "frozenBal", "liab", "interest"),
    ),
    "funding": (funding, enveloped([FUNDS]), tuple(FUNDS)),
    "earn": (earn, enveloped([LENT]), tuple(LENT)),
    "staking": (
        staking,
        enveloped([{"ordId": "7", "investData": [{"ccy": "ETH", "amt": "1"}]}]),
        ("ordId", "ccy", "amt"),
    ),
}


@pytest.mark.parametrize("wallet", GOOD)
@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{}", b"[]", b"null", b"<html></html>", b'{"code":"0","msg":"","data":null}',
        b'{"code":"0","msg":"","data":{}}', b'{"code":"0","msg":""}', b'{"data":[]}',
        b'{"code":0,"msg":"","data":[]}', b'{"code":"50013","msg":"Systems are busy.","data":[]}',
        b'{"code":"0","msg":"","data":[null]}', b'{"code":"0","msg":"","data":[{}]}',
        b'{"code":"0","code":"50013","data":[]}', b'{"code":"0","data":[],"data":[]}',
        b'{"code":"0","data":[]}{"code":"0","data":[]}',
    ],
)  # fmt: skip
def test_what_is_no_wallets_answer_is_refused(wallet: str, raw: bytes) -> None:
    with pytest.raises(Unusable):
        GOOD[wallet][0](raw)


@pytest.mark.parametrize("wallet", GOOD)
def test_an_answer_that_is_cut_anywhere_is_refused(wallet: str) -> None:
    read, raw, _ = GOOD[wallet]
    assert len(read(raw).balances) == 1
    for end in range(len(raw)):
        with pytest.raises(Unusable):
            read(raw[:end])


@pytest.mark.parametrize("wallet", GOOD)
def test_a_field_that_lacks_comes_twice_or_is_no_text_is_refused(wallet: str) -> None:
    read, raw, fields = GOOD[wallet]
    for field in fields:
        told = f'"{field}": '.encode()
        assert raw.count(told) >= 1
        before, _, after = raw.rpartition(told)  # the row's own, also where the account has the field too
        value, end = after.split(b'"')[1], after.partition(b'"')[2].partition(b'"')[2]
        again = told + b'"' + value + b'", '
        escaped = b'"' + f"\\u{ord(field[0]):04x}{field[1:]}".encode() + b'": "0", '
        for broken in (
            before + b'"another": "' + value + b'"' + end,
            before + again + told + after,
            before + escaped + told + after,
            before + told + b"1" + end,
            before + told + b"null" + end,
        ):
            with pytest.raises(Unusable):
                read(broken)


@pytest.mark.parametrize("wallet", GOOD)
@pytest.mark.parametrize("text", ["1e20000000", "NaN", "-Infinity", "", "1,5", "0x1", "+1", "1" * 41])
def test_a_malformed_number_is_refused_wherever_it_stands(wallet: str, text: str) -> None:
    read, raw, fields = GOOD[wallet]
    optional = ("availBal", "availEq", "liab", "interest") if wallet == "trading" else ()
    unread = ("availEq",) if wallet == "trading" else ()  # where `availBal` is told
    for field in set(fields) - {"ccy", "ordId"} - set(unread) - set(optional if text == "" else ()):
        before, _, after = raw.rpartition(f'"{field}": '.encode())
        end = after.partition(b'"')[2].partition(b'"')[2]
        with pytest.raises(Unusable):
            read(before + f'"{field}": "{text}"'.encode() + end)


def test_no_balance_that_is_free_is_told_at_all_is_refused() -> None:
    with pytest.raises(Unusable):
        trading(held(asset(availBal="", availEq="")))


@pytest.mark.parametrize("wallet", GOOD)
def test_an_asset_that_comes_twice_is_refused(wallet: str) -> None:
    twice = {
        "trading": held(asset(), asset(eq="2")),
        "funding": enveloped([FUNDS, FUNDS]),
        "earn": enveloped([LENT, LENT]),
        "staking": enveloped([order("1", "DOT", "2"), order("1", "DOT", "1")]),
    }
    with pytest.raises(Unusable, match=r"an (asset|order) twice"):
        GOOD[wallet][0](twice[wallet])


def test_no_account_at_all_and_two_of_them_are_refused_and_an_empty_one_is_empty() -> None:
    for count in (0, 2):
        with pytest.raises(Unusable):
            trading(enveloped([{"details": []}] * count))
    assert trading(held()) == WalletAnswer(())
    assert funding(enveloped([])) == earn(enveloped([])) == staking(enveloped([])) == WalletAnswer(())


def test_five_thousand_assets_are_all_read() -> None:
    told = trading(held(*(asset(f"A{n}", eq=f"{n}.5") for n in range(5_000))))
    assert sum(balance.total for balance in told.balances) == 12_500_000


# ── pairs and prices ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_only_live_pairs_trade_and_one_that_is_announced_only_is_no_pair_yet() -> None:
    pairs = [
        {"instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "state": "live"},
        {"instId": "ETH-BTC", "baseCcy": "ETH", "quoteCcy": "BTC", "state": "suspend"},
        {"instId": "NEW-USDT", "state": "preopen"},
    ]
    listed = await OKX.prices.pairs(Client(enveloped(pairs)))
    assert listed.symbols == {("BTC", "USDT"): "BTC-USDT"}
    assert listed.halted == {("ETH", "BTC"): "ETH-BTC"}


@pytest.mark.asyncio
async def test_prices_are_the_last_or_bid_and_ask_of_each_pair_told_once() -> None:
    row = {"instId": "BTC-USDT", "last": "60000.10", "bidPx": "60000.0", "askPx": "60000.2"}
    told = enveloped([row])
    assert await OKX.prices.last(Client(told)) == {"BTC-USDT": ("60000.10",)}
    assert await OKX.prices.mid(Client(told)) == {"BTC-USDT": ("60000.0", "60000.2")}
    for broken in (enveloped([row, row]), enveloped([{**row, "last": 1}]), enveloped([], code="50026")):
        with pytest.raises(Unusable):
            await OKX.prices.last(Client(broken))


# ── rights, orders, networks, addresses ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("perm", "ip", "rights"),
    [
        ("read_only", "", KeyRights(True, False, False, False)),
        ("read_only,trade", "117.37.203.58,117.37.203.57", KeyRights(True, True, False, True)),
        ("read_only,withdraw,trade", "", KeyRights(True, True, True, False)),
        ("withdraw", "", KeyRights(False, False, True, False)),
    ],
)
@pytest.mark.asyncio
async def test_rights_are_those_that_the_key_is_said_to_have(perm: str, ip: str, rights: KeyRights) -> None:
    told = enveloped([{"uid": "44705892343619584", "mainUid": "1", "perm": perm, "ip": ip}])
    assert await account.rights(Client(told)) == rights
    assert await account.uid(Client(told)) == "44705892343619584"


@pytest.mark.parametrize(
    "raw",
    [
        enveloped([]),
        enveloped([{"uid": "1", "perm": "read_only"}]),
        enveloped([{"uid": 1, "perm": "read_only", "ip": ""}]),
        enveloped([{"uid": " ", "perm": "read_only", "ip": ""}]),
        enveloped([], code="50030"),
        b'{"code":"0","data":[{"uid":"1","perm":"read_only,withdraw","perm":"read_only","ip":""}]}',
    ],
)
@pytest.mark.asyncio
async def test_a_configuration_that_is_not_whole_tells_no_account(raw: bytes) -> None:
    with pytest.raises(Unusable):
        await account.uid(Client(raw))


@pytest.mark.asyncio
async def test_open_orders_are_counted_over_pages() -> None:
    first = [{"ordId": str(number)} for number in range(250, 150, -1)]
    client = Client(enveloped(first), enveloped([{"ordId": "7"}]))
    assert await OKX.open_orders(client) == 101
    assert client.asked == [{"limit": "100"}, {"limit": "100", "after": "151"}]
    assert await OKX.open_orders(Client(enveloped([]))) == 0
    for pages in ([enveloped(first), enveloped(first)], [enveloped([{"ordId": "7"}, {"ordId": "7"}])]):
        with pytest.raises(Unusable, match="an order twice"):
            await OKX.open_orders(Client(*pages))


@pytest.mark.asyncio
async def test_orders_without_an_end_are_not_counted() -> None:
    pages = [enveloped([{"ordId": f"{n}-{m}"} for m in range(100)]) for n in range(50)]
    with pytest.raises(Unusable, match="more than 5000"):
        await OKX.open_orders(Client(*pages))


@pytest.mark.asyncio
async def test_networks_of_a_currency_are_gathered_wherever_they_stand() -> None:
    tron = {
        "ccy": "USDT",
        "name": "Tether",
        "chain": "USDT-TRC20",
        "canDep": False,
        "canWd": True,
        "mainNet": False,
        "needTag": False,
        "fee": "0.8",
        "minWd": "2",
        "maxWd": "8852150",
        "wdTickSz": "3",
    }
    bitcoin = {"ccy": "BTC", "chain": "BTC-Bitcoin", "canDep": True, "canWd": False, "mainNet": True}
    told = await OKX.currencies(Client(enveloped([tron, bitcoin, {**tron, "chain": "USDT-ERC20"}])))
    trc20 = Network(
        code="USDT-TRC20",
        default=False,
        deposits=False,
        withdrawals=True,
        needs_tag=False,
        name="TRC20",
        withdrawal_fee=Decimal("0.8"),
        min_withdrawal=Decimal(2),
        max_withdrawal=Decimal(8852150),
        withdrawal_step=Decimal("0.001"),
    )
    assert [(each.code, [network.code for network in each.networks]) for each in told] == [
        ("BTC", ["BTC-Bitcoin"]),
        ("USDT", ["USDT-TRC20", "USDT-ERC20"]),
    ]
    assert told[0] == Currency(
        "BTC", "BTC", True, False, (Network("BTC-Bitcoin", True, True, False, None, name="Bitcoin"),)
    )
    assert (told[1].name, told[1].deposits, told[1].networks[0]) == ("Tether", False, trc20)


ADDRESS = {"ccy": "TON", "chain": "TON-TON", "addr": "UQ", "to": "6", "selected": True}


@pytest.mark.parametrize(
    "tag", [{}, {"tag": "77"}, {"memo": "77"}, {"pmtId": "77"}, {"addrEx": {"comment": "77"}}]
)
@pytest.mark.asyncio
async def test_the_address_selected_on_a_network_is_told_with_what_must_go_with_it(
    tag: dict[str, Any],
) -> None:
    rows = [{**ADDRESS, "addr": "old", "selected": False}, {**ADDRESS, "chain": "TON-OKTC", "addr": "0x"}]
    client = Client(enveloped([*rows, {**ADDRESS, **tag}]))
    assert await OKX.deposit_address(client, "TON", "TON-TON") == DepositAddress("UQ", "77" if tag else "")
    assert client.asked == [{"ccy": "TON"}]


@pytest.mark.parametrize(
    ("rows", "failure"),
    [
        ([], ExchangeRefused),
        ([{**ADDRESS, "chain": "TON-OKTC"}], ExchangeRefused),
        ([{**ADDRESS, "selected": False}], ExchangeRefused),
        ([{**ADDRESS, "ccy": "BTC"}], Unusable),
        ([{**ADDRESS, "addr": " "}], Unusable),
        ([ADDRESS, {**ADDRESS, "addr": "another"}], Unusable),
        ([{**ADDRESS, "tag": "1", "memo": "2"}], Unusable),
    ],
)
@pytest.mark.asyncio
async def test_an_address_that_is_not_sure_is_not_told(rows: list[Any], failure: type[Exception]) -> None:
    with pytest.raises(failure):
        await OKX.deposit_address(Client(enveloped(rows)), "TON", "TON-TON")
