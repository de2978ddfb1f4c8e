"""Egresses: what a setting may say of one, two that would share a budget, and proxies that are shown."""

import pytest

from cambist.core.egress import UNNAMED, Egress, check_apart, egress, without_credentials
from cambist.core.terms import Secret

PASSWORD = "canary"


def refusal(name: str = "b", here: str = "", proxy: str | None = None, shows: str = "") -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        egress(name, here, None if proxy is None else Secret(proxy), shows)
    return str(refused.value)


def test_an_address_of_this_machine_shows_itself_unless_it_is_told_what_it_shows() -> None:
    assert egress("a", "203.0.113.7", None, "") == Egress("a", "203.0.113.7", "203.0.113.7")
    assert egress("a", "127.0.0.2", None, "") == Egress("a", "127.0.0.2", "127.0.0.2")
    assert egress("a", "10.0.0.7", None, "203.0.113.7") == Egress("a", "203.0.113.7", "10.0.0.7")
    assert egress("a", "2001:DB8:0::7", None, "") == Egress("a", "2001:db8::7", "2001:db8::7")


def test_a_proxy_and_the_systems_own_way_say_what_they_show() -> None:
    made = egress("b", "", Secret("http://10.0.0.2:3128"), "198.51.100.4")
    assert (made.name, made.shows, made.address) == ("b", "198.51.100.4", "")
    assert made.proxy is not None
    assert made.proxy.reveal() == "http://10.0.0.2:3128"
    assert egress("home", "", None, "198.51.100.5") == Egress("home", "198.51.100.5")
    assert Egress() == UNNAMED


@pytest.mark.parametrize(
    "here", ["10.0.0.7", "172.16.0.7", "192.168.0.7", "100.64.0.7", "169.254.0.7", "fd00::7"]
)
def test_an_address_that_a_router_replaces_has_to_say_what_it_shows(here: str) -> None:
    assert refusal("a", here) == "the egress a needs 'shows', the address that exchanges see"


@pytest.mark.parametrize("proxy", [None, "http://10.0.0.2:3128"])
def test_what_has_no_address_of_its_own_has_to_say_what_it_shows(proxy: str | None) -> None:
    assert refusal(proxy=proxy) == "the egress b needs 'shows', the address that exchanges see"


@pytest.mark.parametrize("name", ["", "a b", ".a", "ä", "a" * 41, "a/b", "a\n", "default"])
def test_a_name_can_be_written_on_a_command_line_and_is_not_the_word_for_the_first(name: str) -> None:
    assert refusal(name, shows="203.0.113.7") == (
        "an egress needs a name of letters, digits, '.', '_' and '-', other than default"
    )


def test_an_address_and_a_proxy_together_are_refused() -> None:
    told = refusal("b", "203.0.113.7", "http://10.0.0.2:3128", "203.0.113.7")
    assert told == "the egress b may have an address or a proxy, not both"


@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "10.0.0.2:3128",
        "socks5://10.0.0.2:1080",
        "http://",
        f"http://me:{PASSWORD}/@10.0.0.2",
        f"http://me:{PASSWORD}?@10.0.0.2",
        f"http://me:{PASSWORD}#@10.0.0.2",
        f"http://me:{PASSWORD}ä@10.0.0.2",
        f"http://me:{PASSWORD}@10.0.0.2@10.0.0.3",
        f"http://me:{PASSWORD}@10.0.0.2:port",
        f"http://me:{PASSWORD}@10.0.0.2/path",
        f" http://me:{PASSWORD}@10.0.0.2",
        f"http://me:{PASSWORD}@10.0.0.2\n",
    ],
)
def test_a_proxy_that_is_no_plain_url_is_refused_without_a_word_of_it(proxy: str) -> None:
    told = refusal(proxy=proxy, shows="198.51.100.4")
    assert told == "the egress b needs a proxy like http://name:password@10.0.0.2:3128"
    for field in ("here", "shows"):
        told = refusal(**{field: proxy or "?"})
        assert told.startswith("the egress b needs an address of the internet as '")
        assert PASSWORD not in told


@pytest.mark.parametrize("host", ["10.0.0.2:3128", "[fd00::2]:3128", "proxy"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_shown_without_name_and_password(scheme: str, host: str) -> None:
    for credentials in ("me:canary@", "canary@", ":canary@", "me%40x:can%2Fary!$&'()*+,;=@"):
        made = egress("b", "", Secret(f"{scheme}://{credentials}{host}/"), "198.51.100.4")
        assert made.proxy is not None
        assert without_credentials(made.proxy) == f"{scheme}://…@{host}"
        assert PASSWORD not in repr(made)
    assert without_credentials(Secret(f"{scheme}://{host}")) == f"{scheme}://{host}"


def test_two_egresses_share_neither_name_nor_address() -> None:
    one, other = Egress("a", "203.0.113.7"), Egress("b", "203.0.113.8")
    check_apart([])
    check_apart([one, other])
    for two, shared in (
        ([one, Egress("a", "203.0.113.8")], "a"),
        ([other, one, Egress("c", "203.0.113.8")], other.shows),
    ):
        with pytest.raises(ValueError, match=r"^two egresses share (a|203\.0\.113\.8)$") as refused:
            check_apart(two)
        assert str(refused.value).endswith(shared)
