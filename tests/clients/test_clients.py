"""Clients that others wrote for the 3Commas API work with nothing changed but the base URL."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.api.requests import private_key, rsa_key
from tests.clients.conftest import Served
from tests.clients.programs import PROGRAMS, Client

UNKNOWN = 999_999
HALF_A_BITCOIN_AND_100_USDT = "0.50157092630140640318986011058378606120234615"  # at 63656.71 a bitcoin


@pytest.fixture(params=PROGRAMS)
def client(request: pytest.FixtureRequest, served: Served) -> Client:
    return Client(request.param, served.url, served.keys)


def test_it_lists_reads_and_loads_an_account(served: Served, client: Client) -> None:
    listed, read, loaded = client.ask(("list",), ("account", served.account_id), ("load", served.account_id))
    account = served.account()
    assert listed.value == [read.value]
    assert _moved_by_a_load(read.value) == _moved_by_a_load(account)
    assert loaded.value == account
    assert account["btc_amount"] == HALF_A_BITCOIN_AND_100_USDT


def _moved_by_a_load(account: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in account.items() if name != "updated_at"}


def test_it_renames_an_account(served: Served, client: Client) -> None:
    name = f"Renamed by {client.name}: a & b = 'c' (ü)"
    (renamed,) = client.ask(("rename", served.account_id, name))
    assert renamed.value["name"] == name
    assert served.account()["name"] == name


def test_it_lists_the_markets(client: Client) -> None:
    (markets,) = client.ask(("markets",))
    assert {"binance", "binance_us"} <= {market["market_code"] for market in markets.value}


def test_it_draws_the_pie(served: Served, client: Client) -> None:
    (pie,) = client.ask(("pie", served.account_id))
    assert [part["code"] for part in pie.value] == ["BTC", "USDT"]
    assert [part["amount"] for part in pie.value] == [0.5, 100]
    assert round(sum(part["percentage"] for part in pie.value), 1) == 100


def test_it_fills_the_table(served: Served, client: Client) -> None:
    (table,) = client.ask(("table", served.account_id))
    rows = {row["currency_code"]: row for row in table.value}
    assert set(rows) == {"BTC", "USDT"}
    assert {row["account_id"] for row in table.value} == {served.account_id}
    assert rows["BTC"]["position"] == 0.5


def test_it_draws_the_chart(served: Served, client: Client) -> None:
    (chart,) = client.ask(("chart", served.account_id, "2020-01-01"))
    assert chart.value
    assert chart.value[-1]["btc"] == float(HALF_A_BITCOIN_AND_100_USDT)
    assert [point["date"] for point in chart.value] == sorted(point["date"] for point in chart.value)


def test_it_is_told_of_a_wrong_secret(served: Served, client: Client) -> None:
    stranger = Client(client.name, client.url, {**client.keys, "secret": "wrong"})
    for outcome in stranger.ask(("list",), ("load", served.account_id)):
        assert "signature_invalid" in outcome.error
        assert "Provided signature is invalid" in outcome.error


def test_it_is_told_of_an_unknown_account(client: Client) -> None:
    for outcome in client.ask(("account", UNKNOWN), ("load", UNKNOWN), ("rename", UNKNOWN, "Other")):
        assert "not_found" in outcome.error


def test_it_is_told_which_parameter_is_at_fault(served: Served, client: Client) -> None:
    (outcome,) = client.ask(("rename", served.account_id, "x"))
    assert "record_invalid" in outcome.error
    assert "is too short (minimum is 2 characters)" in outcome.error


def test_py3cw_signs_with_rsa_as_well(served: Served) -> None:
    key = served.standing.run(rsa_key(served.standing.world))
    pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    client = Client("py3cw", served.url, {"key": key.api_key, "private_key": pem})
    listed, loaded, renamed = client.ask(
        ("list",), ("load", served.account_id), ("rename", served.account_id, "Signed with RSA")
    )
    assert [account["id"] for account in listed.value] == [served.account_id]
    assert loaded.value["id"] == served.account_id
    assert renamed.value["name"] == "Signed with RSA"
