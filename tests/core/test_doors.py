"""Host names, origins and local paths by value; how long failures hold back."""

from datetime import timedelta

import pytest

from cambist.core.doors import (
    comes_from_us,
    host_name,
    is_in_the_clear,
    is_public_url,
    local_path,
    origin_of,
    our_hosts,
)
from cambist.core.sessions import pause_after, shortened_agent, subject_of_nobody


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cambist.Example", "cambist.example"),
        ("cambist.example.:443", "cambist.example"),
        ("[::1]:8600", "[::1]"),
        ("my_host-1", "my_host-1"),
        ("", None),
        (".example", None),
        ("[]", None),
        ("a b", None),
        ("a:b", None),
        ("user@host", None),
        ("host:123456", None),
        ("host\n", None),
        ("a" * 254, None),
    ],
)
def test_a_host_is_named_without_its_port(text: str, name: str | None) -> None:
    assert host_name(text) == name


def test_our_hosts_are_the_public_one_this_machine_and_those_given() -> None:
    own = {"localhost", "127.0.0.1", "[::1]"}
    assert our_hosts("https://A.example:8443/path", ["b.lan"]) == own | {"a.example", "b.lan"}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8600", "http://127.0.0.1:8600"),
        ("https://Cambist.Example:443/path", "https://cambist.example"),
        ("http://cambist.example:80", "http://cambist.example"),
        ("http://cambist.example:443", "http://cambist.example:443"),
        ("https://[::1]:8600/", "https://[::1]:8600"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert comes_from_us(origin, "cross-site", url)
    assert not comes_from_us(origin + "1", "same-origin", url)


def test_without_an_origin_a_post_comes_from_us_where_the_browser_says_so() -> None:
    said = {"same-origin": True, "same-site": False, "cross-site": False, "none": False, None: False}
    assert {site: comes_from_us(None, site, "https://a.example") for site in said} == said


def test_what_is_no_address_of_a_site_is_no_public_url() -> None:
    for text in (
        "",
        "cambist.example",
        "ftp://a",
        "http://",
        "http://[::1",
        "http://a:99999",
        "http://ü.example",
    ):
        assert not is_public_url(text), text
    for text in ("http://a", "https://a.example:8443/x", "http://[::1]:8600"):
        assert is_public_url(text), text


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://127.0.0.1:8600", False),
        ("http://127.9.9.9", False),
        ("http://localhost", False),
        ("http://[::1]:8600", False),
        ("https://cambist.example", False),
        ("http://cambist.example", True),
        ("http://192.168.1.5:8600", True),
        ("http://localhost.example", True),
        ("http://0.0.0.0", True),
    ],
)
def test_plain_http_is_open_to_read_but_on_this_machine(url: str, is_open: bool) -> None:
    assert is_in_the_clear(url) is is_open


def test_only_a_path_of_ours_is_led_on_to() -> None:
    for path in ("/", "/accounts/7?range=7d&unit=btc#top", "/%2F/evil.example", "/a//b", "/" + "x" * 2_047):
        assert local_path(path, "/else") == path
    assert local_path(None, "/else") == "/else"
    for path in ("", "a", "//a", "/\\a", "/a\\b", "/ a", "/a\x7f", "http:/a", "/" + "x" * 2_048):
        assert local_path(path, "/else") == "/else"


def test_the_fifth_failure_holds_back_for_a_minute_and_each_more_for_twice_as_long_up_to_15() -> None:
    minutes = [pause_after(failures) / timedelta(minutes=1) for failures in range(12)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]
    assert pause_after(10**9) == timedelta(minutes=15)


def test_names_of_nobody_share_65536_slots() -> None:
    assert subject_of_nobody("a") == "nobody ca97"  # SHA-256 of "a" begins so
    assert len({subject_of_nobody(str(number)) for number in range(200_000)}) < 65_537


def test_what_a_browser_calls_itself_is_cut_and_printable() -> None:
    assert shortened_agent("a\x1b[2Jb\n" + "c" * 200) == "a[2Jb" + "c" * 113
