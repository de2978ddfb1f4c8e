"""Scenario files: what is accepted, and how a wrong one is told."""

import json
from typing import Any

import pytest

from cambist.simulator.scenario import (
    Key,
    ScenarioError,
    default_scenario,
    load_scenario,
    patch_scenario,
    split_symbol,
)
from tests.simulator.worlds import WORLD

NOON = "2024-09-18T12:00:00Z"
NO_TIME = "2024-13-18T12:00:00Z"


def _key(**fields: Any) -> dict[str, Any]:
    return {"keys": [{"api_key": "a", "secret": "s", **fields}]}


def _spot(**assets: Any) -> dict[str, Any]:
    return {"wallets": {"spot": assets}}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"exchange": "mtgox"}, "field `exchange` is not among the values the simulator knows: 'mtgox'."),
        ({"price": {}}, "field `price` is unknown."),
        (
            {"prices": {"ETHBTC": "1", "BTCUSD": 63722.1}},
            "field `prices.BTCUSD` must be text, not a JSON number.",
        ),
        ({"prices": {"ETHBTC": "1", "BTCUSD": 7}, "symbols": "many"}, "field `prices.BTCUSD` must be text"),
        ({"prices": {"BTCUSD": 7}}, "field `prices.BTCUSD` must be text, not a JSON number."),
        ({"prices": {"BTCUSD": "-1"}}, "field `prices.BTCUSD` must be a plain decimal number as text"),
        ({"prices": {"FOO": "1"}}, "FOO in `prices` or `halted` does not end in a known quote"),
        (
            _spot(A={"free": "1"}, B={"free": 5}),
            "field `wallets.spot.B.free` must be text, not a JSON number.",
        ),
        (_spot(A={"free": "1e5"}), "field `wallets.spot.A.free` must be a plain decimal number as text"),
        (_spot(A={"locked": "1"}), "field `wallets.spot.A.free` is missing."),
        ({"wallets": {"spt": {}}}, "field `wallets` is not among the values the simulator knows: 'spt'."),
        ({"keys": [{"api_key": "a"}]}, "field `keys[0].secret` is missing."),
        (_key(ips=["here"]), "field `keys[0]` is wrong: `ips` holds 'here'"),
        (_key(uid="x"), "field `keys[0].uid` must be text of digits"),
        (_key(wallets={"spot": {"B": {"free": 1.5}}}), "field `keys[0].wallets.spot.B.free` must be text"),
        ({"keys": 2 * _key()["keys"]}, "`keys` holds the same api_key twice"),
        ({"faults": [{"path": "*", "kind": "no"}]}, "field `faults[0].kind` is not among the values"),
        ({"faults": [{"path": "x", "kind": "reset"}]}, "field `faults[0].path` must be a path such as"),
        ({"faults": [{"path": "*", "kind": "reset", "code": 1}]}, "field `faults[0].code` is unknown."),
        ({"faults": [{"path": "*", "kind": "status"}]}, "field `faults[0].status` is missing."),
        (
            {"orders": [{"symbol": "BTCUSD", "side": "buy", "price": "1", "quantity": "1", "time": NOON}]},
            "BTCUSD in `orders` or `trades` is neither in `prices` nor in `halted`.",
        ),
        (
            {"trades": [{"symbol": "X", "side": "buy", "price": "1", "quantity": "1", "time": NO_TIME}]},
            "field `trades[0]` is wrong: `time` is",
        ),
        ({"coins": {"BTC": {"networks": []}}}, "field `coins.BTC.name` is missing."),
        (
            {"flows": [{"kind": "deposit", "asset": "A", "amount": "1", "time": "now"}]},
            "field `flows[0].time`",
        ),
    ],
)
def test_a_wrong_scenario_is_refused_in_one_sentence_that_names_the_field(change: Any, sentence: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_scenario(json.dumps({"exchange": "binance", **change}).encode())
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_not_a_json_object_is_refused(document: bytes) -> None:
    with pytest.raises(ScenarioError):
        load_scenario(document)


def test_the_example_of_the_manual_is_accepted() -> None:
    scenario = load_scenario(b"""
    {"exchange": "binance_us",
     "keys": [{"api_key": "demo-key", "secret": "demo-secret", "permissions": ["read"], "ips": [],
               "uid": "1001"}],
     "wallets": {"spot": {"BTC": {"free": "0.5", "locked": "0.1"}}, "funding": {}, "earn": {}},
     "prices": {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", "ETHBTC": "0.04085"},
     "flows": [{"kind": "deposit", "asset": "USDT", "amount": "24", "time": "2024-09-18T00:00:00.000Z"}],
     "faults": [{"path": "/api/v3/account", "kind": "status", "status": 429, "retry_after_s": 7,
                 "times": 1}]}""")
    assert scenario.wallets["spot"]["BTC"].free == "0.5"
    assert scenario.faults[0].kind == "status"
    assert scenario.ccxt_id == "binanceus"


def test_a_secret_does_not_print() -> None:
    scenario = load_scenario(json.dumps(WORLD).encode())
    assert "demo-secret" not in repr(scenario)
    assert "demo-key" in repr(Key("demo-key", "demo-secret"))


@pytest.mark.parametrize("exchange", ["binance", "binance_us"])
@pytest.mark.parametrize("assets", [1, 3, 50, 700])
def test_a_default_scenario_holds_as_many_assets_as_asked_and_prices_them_all(
    exchange: str, assets: int
) -> None:
    scenario = default_scenario(exchange, assets=assets)
    quote = "USDT" if exchange == "binance" else "USD"
    held = scenario.wallets["spot"]
    assert len(held) == assets
    assert [asset for asset in held if asset != quote and asset + quote not in scenario.prices] == []
    assert scenario.keys[0].secret != default_scenario(exchange).keys[0].secret


def test_a_default_scenario_of_an_unknown_exchange_is_refused() -> None:
    with pytest.raises(ScenarioError, match="does not speak mtgox; it speaks binance, binance_us"):
        default_scenario("mtgox")


def test_a_patch_replaces_the_fields_given_and_keeps_the_others_as_they_are() -> None:
    old = load_scenario(json.dumps(WORLD | {"faults": [{"path": "*", "kind": "reset"}]}).encode())
    new = patch_scenario(old, b'{"prices": {"BTCUSD": "1.10"}}')
    assert new.prices == {"BTCUSD": "1.10"}
    assert new.faults is old.faults
    assert new.keys is old.keys


def test_a_patch_cannot_change_the_exchange() -> None:
    with pytest.raises(ScenarioError, match="`exchange` cannot change from binance"):
        patch_scenario(default_scenario("binance"), b'{"exchange": "binance_us"}')


@pytest.mark.parametrize(
    ("symbol", "held", "expected"),
    [
        ("BTCUSD", set(), ("BTC", "USD")),
        ("BTCUSDT", set(), ("BTC", "USDT")),
        ("BTCFDUSD", set(), ("BTC", "FDUSD")),
        ("LITUSD", {"LIT"}, ("LIT", "USD")),
        ("SOLJUP", {"JUP"}, ("SOL", "JUP")),
    ],
)
def test_a_pair_is_split_by_what_is_held_and_by_common_quotes(
    symbol: str, held: set[str], expected: tuple[str, str]
) -> None:
    assert split_symbol(symbol, held) == expected
