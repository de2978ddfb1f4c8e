"""Restrictions and bans by value, and what counts as one address."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from cambist.core.addresses import address, asker, network, within
from cambist.core.limits import Limits, Restriction, banned, restricted

NOW = datetime(2023, 6, 19, 16, 50, 57, 303_000, UTC)
LIMITS = Limits()


def test_a_restriction_lasts_300_seconds_and_bans_no_one() -> None:
    begun = restricted("address 192.0.2.1", None, NOW, LIMITS)
    assert begun == Restriction("address 192.0.2.1", NOW + timedelta(seconds=300))
    assert not begun.is_banned(NOW)


def test_bans_double_from_two_minutes_to_three_days_and_stay_there() -> None:
    held, minutes = restricted("a", None, NOW, LIMITS), []
    for _ in range(14):
        held = banned(held, NOW, LIMITS)
        assert held.banned_until is not None
        minutes.append((held.banned_until - NOW) // timedelta(minutes=1))
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4320, 4320]
    often = Restriction("a", NOW, bans=100_000)
    assert banned(often, NOW, LIMITS).banned_until == NOW + timedelta(days=3)


def test_a_ban_ends_to_the_millisecond_and_never_shortens_its_restriction() -> None:
    begun = restricted("a", None, NOW, LIMITS)
    held = banned(begun, NOW, LIMITS)
    assert held.until == begun.until
    assert held.is_banned(NOW + timedelta(seconds=119.999))
    assert not held.is_banned(NOW + timedelta(seconds=120))
    late = NOW + timedelta(seconds=299)
    assert banned(begun, late, LIMITS).until == late + timedelta(minutes=2)


def test_bans_count_on_for_three_days_after_the_restriction_and_are_then_forgotten() -> None:
    last = Restriction("a", NOW, bans=4)
    almost = NOW + timedelta(days=3) - timedelta(milliseconds=1)
    assert restricted("a", last, almost, LIMITS).bans == 4
    assert restricted("a", last, NOW + timedelta(days=3), LIMITS).bans == 0


def test_one_asker_is_an_ipv4_address_or_the_64_of_an_ipv6_host() -> None:
    assert asker(address("192.0.2.7")) == "192.0.2.7"
    assert address("::ffff:192.0.2.7") == ip_address("192.0.2.7")
    one, other = address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2:ffff::1")
    assert asker(one) == asker(other) == "2001:db8:1:2::/64"
    assert asker(address("2001:db8:1:3::1")) == "2001:db8:1:3::/64"


def test_networks_hold_the_addresses_of_their_own_kind() -> None:
    networks = [network("10.0.0.0/8"), network("203.0.113.7"), network("2001:db8::/32")]
    inside = ["10.255.255.255", "203.0.113.7", "2001:db8:ffff::1", "::ffff:10.1.2.3"]
    outside = ["11.0.0.0", "203.0.113.8", "2001:db9::1", "::10.1.2.3"]
    assert [within(address(text), networks) for text in inside + outside] == [True] * 4 + [False] * 4
    assert not within(address("10.0.0.1"), [])


@pytest.mark.parametrize("wrong", ["", "10.0.0.1/8", "10.0.0", "example.org", "10.0.0.0/33", "::/129"])
def test_what_is_no_network_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|has host bits set"):
        network(wrong)
