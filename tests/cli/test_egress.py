"""Egresses on the command line: told before keys are tried, looked after, and shown without a password."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock
from tests.cli.terminals import Ran, Terminal, fetch, line_with
from tests.outward.proxies import Proxied, proxying
from tests.worlds import API, EXCHANGE_KEY, EXCHANGE_SECRET, Key, install, scenario

A, B = "127.0.0.2", "127.0.0.3"
SECOND = "second-key-of-the-test"
ADD = ("accounts", "add", "binance_us", "--name", "Mine", "--api-key")
SECRET = {"CAMBIST_SECRET": EXCHANGE_SECRET}
CANARY = "canary-4f1c9a77e2"


def key(api_key: str, *ips: str) -> dict[str, Any]:
    return {"api_key": api_key, "secret": EXCHANGE_SECRET, "uid": str(len(api_key)), "ips": ips}


@dataclass(frozen=True, slots=True)
class Place:
    """A terminal on an installation, an exchange that binds keys to addresses, a proxy that leaves from B."""

    terminal: Terminal
    simulator: Simulator
    proxied: Proxied

    def by(self, *egress: dict[str, str]) -> dict[str, str]:
        return {"CAMBIST_EGRESS": json.dumps(egress)}

    @property
    def both(self) -> dict[str, str]:
        return self.by({"name": "a", "address": A}, self.behind(self.proxied.url))

    def behind(self, proxy: str) -> dict[str, str]:
        return {"name": "b", "proxy": proxy, "shows": B}


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Place]:
    """The exchange and the proxy run on a thread of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    opened = AsyncExitStack()
    play = load_scenario(msgspec.json.encode(scenario(keys=[key(EXCHANGE_KEY, B), key(SECOND, A)])))

    async def opening() -> Place:
        simulator = await opened.enter_async_context(Simulator([play], now=WallClock().now))
        proxied = await opened.enter_async_context(proxying(B))
        await install(tmp_path)
        return Place(Terminal(tmp_path, simulator.base_url), simulator, proxied)

    try:
        yield asyncio.run_coroutine_threadsafe(opening(), loop).result(60)
    finally:
        asyncio.run_coroutine_threadsafe(opened.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def checks(ran: Ran) -> dict[str, tuple[bool | None, str]]:
    return {each["check"]: (each["ok"], each["detail"]) for each in ran.json}


def test_the_address_to_allow_is_told_before_keys_are_tried_and_the_account_keeps_it(place: Place) -> None:
    terminal = place.terminal
    refused = terminal.here(*ADD, EXCHANGE_KEY, "--egress", "a", **SECRET, **place.both)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines() == [
        f"Allow {A} (egress a) for these keys at the exchange.",
        f"cambist: The exchange refuses these keys from {A} (egress a): allow that address for them at the "
        "exchange, or see that the keys are right.",
    ]
    added = terminal.here(*ADD, EXCHANGE_KEY, "--egress", "b", "--json", **SECRET, **place.both)
    assert added.err == f"Allow {B} (egress b) for these keys at the exchange.\n"
    second = terminal.here(*ADD, SECOND, "--json", **SECRET, **place.both)
    assert second.err == f"Allow {A} (egress a) for these keys at the exchange.\n"

    listed = terminal.here("accounts", "list", "--json", **place.both).json
    assert [each["egress"] for each in listed] == [{"name": "b", "address": B}, {"name": "a", "address": A}]
    lost = terminal.here("accounts", "show", str(added.json[0]["id"])).json
    assert lost["egress"] == {"name": "b", "address": None}
    unknown = terminal.here(*ADD, "another-key", "--egress", "c", **SECRET, **place.both)
    assert unknown.refusal == "egress must be one of a, b"
    assert (
        terminal.here(*ADD, "another-key", "--egress", "c", **SECRET).refusal
        == "egress cannot be chosen: CAMBIST_EGRESS names none"
    )


def test_an_account_is_moved_by_update_and_probe_goes_by_the_egress_named(place: Place) -> None:
    terminal = place.terminal
    account_id = str(
        terminal.here(*ADD, SECOND, "--json", "--egress", "a", **SECRET, **place.both).json[0]["id"]
    )
    refused = terminal.here("accounts", "update", account_id, "--egress", "b", **place.both)
    assert refused.err.startswith(
        f"Allow {B} (egress b) for these keys at the exchange.\ncambist: The exchange ref"
    )
    place.simulator.patch("binance_us", json.dumps({"keys": [key(SECOND, B), key(EXCHANGE_KEY, B)]}).encode())
    moved = terminal.here("accounts", "update", account_id, "--egress", "b", "--json", **place.both)
    assert (moved.code, moved.json[0]["api_key"]) == (0, SECOND)
    shown = terminal.here("accounts", "show", account_id, **place.both).json
    assert shown["egress"] == {"name": "b", "address": B}
    events = [entry["event"] for entry in terminal.here("audit", "list", "--json").json]
    assert "exchange keys moved to another egress" in events

    probe = ("probe", "binance_us", "--api-key", EXCHANGE_KEY, "--json")
    assert terminal.here(*probe, **SECRET, **place.both).json["error"] == "AddressRefused"
    assert terminal.here(*probe, "--egress", "b", **SECRET, **place.both).json["missing"] == []
    assert (
        terminal.here(*probe, "--egress", "c", **SECRET, **place.both).refusal == "egress must be one of a, b"
    )


def test_doctor_lists_the_egresses_and_names_those_that_do_not_work_or_are_missing(place: Place) -> None:
    terminal = place.terminal
    empty = terminal.here("doctor", "--json", **place.both)
    nothing = "no account is connected: no exchange to ask"
    assert checks(empty)["egress"] == (None, f"a ({A}): {nothing}; b ({B}): {nothing}")
    terminal.here(*ADD, EXCHANGE_KEY, "--egress", "b", **SECRET, **place.both)
    place.proxied.heads.clear()

    well = terminal.here("doctor", "--json", **place.both)
    ok, told = checks(well)["egress"]
    assert (well.code, ok) == (0, True)
    for name, address in (("a", A), ("b", B)):
        assert f"{name} ({address}): binanceus answers in " in told
    assert [request.rpartition("/")[2] for request in place.proxied.asked_for] == ["time"]
    assert {call.remote for call in place.simulator.calls if call.path == "/api/v3/time"} >= {A, B}

    ill = terminal.here(
        "doctor", "--json", **place.by({"name": "a", "address": A}, place.behind("http://127.0.0.1:9"))
    )
    assert ill.refusal == "Not in order: egress."
    assert checks(ill)["egress"][1].endswith(
        f"; b ({B}): binanceus: The exchange could not be reached: the proxy of the egress b cannot be "
        "reached itself."
    )
    assert checks(ill)["exchanges"][0] is True
    for named in (place.by({"name": "a", "address": A}), {}):
        lost = terminal.here("doctor", "--json", **named)
        assert lost.refusal == "Not in order: egress."
        assert checks(lost)["egress"][1].startswith("accounts go by b, which CAMBIST_EGRESS does not name")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("a", 'CAMBIST_EGRESS needs a JSON list, such as [{"name": "a", "address": "203.0.113.7"}].'),
        ('{"name": "a"}', "A setting cannot be used: Expected `array`, got `object` - at `$.egress`."),
        (
            f'[{{"name": "a", "proxy": "socks5://me:{CANARY}@h", "shows": "{A}"}}]',
            "A setting cannot be used: the egress a needs a proxy like http://name:password@10.0.0.2:3128 - "
            "at `$.egress[0]`.",
        ),
        (
            f'[{{"name": "a", "proxy": ["{CANARY}"], "shows": "{A}"}}]',
            "A setting cannot be used: Expected `str` - at `$.egress[0].proxy`.",
        ),
        (
            f'[{{"name": "a", "address": "http://me:{CANARY}@h"}}]',
            "A setting cannot be used: the egress a needs an address of the internet as 'address' - at "
            "`$.egress[0]`.",
        ),
        (
            f'[{{"name": "a", "where": "{A}"}}]',
            "A setting cannot be used: Object contains unknown field `where` - at `$.egress[0]`.",
        ),
        (
            f'[{{"name": "a", "address": "{A}"}}, {{"name": "b", "address": "{A}"}}]',
            f"A setting cannot be used: two egresses share {A}.",
        ),
    ],
)
def test_a_setting_of_egresses_that_cannot_be_used_is_told_in_one_sentence(
    bare: Terminal, given: str, told: str
) -> None:
    assert bare.here("settings", CAMBIST_EGRESS=given).refusal == told


def test_settings_show_a_proxy_without_its_name_and_password(place: Place) -> None:
    for words in (("settings",), ("settings", "--json")):
        shown = place.terminal.here(*words, **place.by(place.behind(f"http://me:{CANARY}@10.0.0.2:3128")))
        assert (shown.code, CANARY in shown.out + shown.err, "me:" in shown.out) == (0, False, False)
        assert "http://…@10.0.0.2:3128" in shown.out
    assert shown.json["egress"] == [{"name": "b", "proxy": "http://…@10.0.0.2:3128", "shows": B}]


def test_the_password_of_a_proxy_is_in_no_output_log_file_or_environment_whatever_the_proxy_does(
    place: Place,
) -> None:
    """Given in a settings file: an environment would hold it for all who may look there."""
    terminal = place.terminal
    account_id = str(
        terminal.here(*ADD, EXCHANGE_KEY, "--egress", "b", "--json", **SECRET, **place.both).json[0]["id"]
    )
    keys = terminal.here("keys", "create", "--json").json
    target = f"{API}/accounts/{account_id}/load_balances"
    signed = {"Apikey": keys["api_key"], "Signature": Key("", keys["secret"]).sign(target)}
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as database:
        database.execute("UPDATE accounts SET fresh_until = 0")
        database.commit()
    file = terminal.folder / "cambist.toml"
    probe = ("probe", "binance_us", "--api-key", EXCHANGE_KEY)
    said = []
    for port in (place.proxied.port, 9):  # one that does not take the password, and none at all
        proxy = f"http://me:{CANARY}@127.0.0.1:{port}"
        file.write_text(f'[[egress]]\nname = "b"\nproxy = "{proxy}"\nshows = "{B}"\n')
        where = {"CAMBIST_SETTINGS_FILE": str(file), "CAMBIST_LOG_LEVEL": "DEBUG"}
        for words in (("load", account_id), probe, ("doctor", "--json"), ("settings",)):
            ran = terminal.here(*words, **SECRET, **where)
            said.append(ran.out + ran.err)
    assert all("the proxy of the egress b answered 407" in told for told in said[:3])
    assert all("the proxy of the egress b cannot be reached itself" in told for told in said[4:7])

    with terminal.staying("serve", "--port", "0", **where) as server:
        assert server.stderr is not None
        said.append(server.stderr.readline())
        address = said[-1].split()[2].removesuffix("/public/api/ver1")
        with pytest.raises(OSError, match="503"):
            fetch("POST", address + target, headers=signed)
        said += [Path(f"/proc/{server.pid}/{name}").read_text() for name in ("environ", "cmdline")]
        said += [line_with(server.stderr, "load_balances")]
    places = [f for f in terminal.data.rglob("*") if f.is_file()]
    assert terminal.data / "cambist.sqlite3" in places
    said += [place.read_bytes().decode("latin-1") for place in places]
    assert [text for text in said if CANARY in text] == []
