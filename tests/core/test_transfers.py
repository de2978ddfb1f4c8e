"""Transfers that stay within an account, and the two ends of those that do not."""

from decimal import Decimal

import pytest

from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Coverage, WalletCame
from cambist.core.transfers import matched, of_account
from tests.worlds import START

COVERED = Coverage(("spot", "funding", "earn"), came=(WalletCame("earn", START),))


def entry(
    name: str,
    amount: str,
    wallet: str = "",
    kind: EntryKind = EntryKind.TRANSFER,
    asset: str = "BTC",
    group: str = "",
    tx: str = "",
) -> Entry:
    return Entry(name, START, kind, asset, Decimal(amount), wallet, group, tx)


@pytest.mark.parametrize(
    ("entries", "kept"),
    [
        ([entry("a", "-1", "spot", group="7"), entry("b", "1", "funding", group="7")], []),
        ([entry("a", "-1", "spot", tx="7"), entry("b", "1", "", tx="7")], []),
        ([entry("a", "-1", "spot", group="7"), entry("b", "1", "futures", group="7")], ["a"]),
        ([entry("a", "-1", "spot", group="7"), entry("b", "0.9", "funding", group="7")], ["a", "b"]),
        ([entry("a", "-1", "spot", group="7"), entry("b", "1", "funding", group="8")], ["a", "b"]),
        ([entry("a", "-1", "spot"), entry("b", "1", "funding")], ["a", "b"]),
        ([entry("a", "-1", "spot", group="7"), entry("b", "1", "", group="7", asset="ETH")], ["a", "b"]),
        ([entry("a", "-1", "", EntryKind.TRADE, group="7"), entry("b", "1", "", group="7")], ["a", "b"]),
        ([entry("a", "-1", "spot", group="7"), entry("b", "1", "earn", group="7")], ["a"]),
        ([entry("a", "5", "futures", EntryKind.REWARD), entry("b", "5", "spot", EntryKind.REWARD)], ["b"]),
    ],
)
def test_what_goes_from_one_covered_wallet_to_another_is_none_of_the_account_s_flows(
    entries: list[Entry], kept: list[str]
) -> None:
    assert [each.id for each in of_account(entries, COVERED)] == kept


def test_of_several_ends_those_of_the_same_amount_belong_together_then_the_nearest() -> None:
    left = [(name, entry(name, amount)) for name, amount in (("l1", "-5"), ("l2", "-3"), ("l3", "-1"))]
    arrived = [(name, entry(name, amount)) for name, amount in (("a1", "2.9"), ("a2", "5"), ("a3", "7"))]
    assert matched(left, arrived) == [("l1", "a2"), ("l2", "a1")]
    assert matched(left, []) == matched([], arrived) == []
    again = [("a4", entry("a4", "1")), ("a5", entry("a5", "1"))]
    assert matched(left[2:], again) == [("l3", "a4")]
