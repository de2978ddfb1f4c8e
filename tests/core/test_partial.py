"""Which wallets are valued when some do not answer: never a smaller total that calls itself complete."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.terms import MissingWallet, WalletBalances
from cambist.core.valuation import Verdict, counted_once, judge, value
from tests.core.builders import NOW, balance, priced, prices, wallet

NAMES = ("spot", "earn", "margin", "futures")
EVERY_SUBSET = tuple(chain.from_iterable(combinations(NAMES, size) for size in range(len(NAMES) + 1)))
AMOUNTS = st.integers(1, 10**9).map(Decimal)


def usd_of(wallets: tuple[WalletBalances, ...]) -> Decimal:
    return value(wallets, priced(prices({"BTC/USD": "100"}))).usd


def refused(name: str) -> MissingWallet:
    return MissingWallet(name, f"{name} is refused")


@pytest.mark.parametrize("failing", EVERY_SUBSET)
@pytest.mark.parametrize("known_before", EVERY_SUBSET)
def test_whichever_wallets_fail_the_total_is_whole_or_the_verdict_partial(
    failing: tuple[str, ...], known_before: tuple[str, ...]
) -> None:
    all_now = {name: wallet(name, balance("USD", str(10**i))) for i, name in enumerate(NAMES)}
    earlier = {name: replace(all_now[name], read_at=NOW - timedelta(hours=2)) for name in known_before}
    answered = [each for name, each in all_now.items() if name not in failing]
    wallets, verdict = judge(NAMES, answered, [refused(name) for name in failing], earlier)

    assert verdict.complete is (failing == ())
    assert verdict.missing == tuple(refused(name) for name in failing)
    stand_ins = {each.wallet: each for each in wallets if each.stale}
    assert set(stand_ins) == set(failing) & set(known_before)
    assert all(each == replace(earlier[name], stale=True) for name, each in stand_ins.items())
    assert wallets[: len(answered)] == tuple(answered)
    assert len({each.wallet for each in wallets}) == len(wallets)
    if usd_of(wallets) < usd_of(tuple(all_now.values())):
        assert str(verdict) == "partial"


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, AMOUNTS)),
    st.dictionaries(st.sampled_from(NAMES), AMOUNTS),
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from(NAMES)),
)
def test_a_total_that_lacks_a_wallet_never_counts_as_complete(
    held: dict[str, Decimal], before: dict[str, Decimal], failing: set[str], silent: set[str]
) -> None:
    def read(amounts: dict[str, Decimal]) -> dict[str, WalletBalances]:
        return {name: wallet(name, balance("USD", amount)) for name, amount in amounts.items()}

    now = read(held)
    answered = [each for name, each in now.items() if name not in failing | silent]
    wallets, verdict = judge(NAMES, answered, [refused(name) for name in failing], read(before))
    assert {gone.wallet for gone in verdict.missing} == failing | silent
    if verdict.complete:
        assert usd_of(wallets) == usd_of(tuple(now.values()))
    if usd_of(wallets) < usd_of(tuple(now.values())):
        assert not verdict.complete


def test_a_wallet_that_says_nothing_at_all_is_missing_too() -> None:
    wallets, verdict = judge(("spot", "earn"), [wallet("spot")], [], {})
    assert verdict == Verdict((MissingWallet("earn", "did not answer"),))
    assert wallets == (wallet("spot"),)


def test_a_stand_in_keeps_its_age_and_is_marked_even_if_it_stood_in_before() -> None:
    old = replace(wallet("earn", balance("BTC", "1")), read_at=NOW - timedelta(days=3), stale=True)
    wallets, _ = judge(("spot", "earn"), [wallet("spot")], [refused("earn")], {"earn": old})
    assert wallets == (wallet("spot"), old)


def test_a_wallet_that_answered_counts_whatever_else_was_said_of_it() -> None:
    good = wallet("spot", balance("BTC", "1"))
    wallets, verdict = judge(("spot",), [good], [refused("spot")], {"spot": wallet("spot")})
    assert (wallets, verdict.complete) == ((good,), True)


def test_the_failure_of_a_wallet_that_is_not_covered_changes_nothing() -> None:
    wallets, verdict = judge(("spot",), [wallet("spot")], [refused("earn")], {"earn": wallet("earn")})
    assert (wallets, verdict.complete) == ((wallet("spot"),), True)


def test_rows_that_mirror_a_wallet_count_only_where_that_wallet_is_neither_read_nor_standing_in() -> None:
    spot = wallet("spot", balance("USD", "5"), balance("BTC", "1", code="LDBTC"))
    earn = wallet("earn", balance("BTC", "1"))
    mirrors = {"LDBTC": "earn", "LDO": "elsewhere"}
    for beside in (earn, replace(earn, stale=True)):
        bare, same = counted_once((spot, beside), mirrors)
        assert bare == replace(spot, balances=spot.balances[:1])
        assert same is beside or same == beside
    assert counted_once((spot,), mirrors) == (spot,)
    assert counted_once((spot, earn), {}) == (spot, earn)
