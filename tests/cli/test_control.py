"""accounts control: the totals beside each other, the hour, and where else an unreconciled account shows."""

from tests.cli.plays import played
from tests.cli.terminals import Terminal
from tests.exchanges.totals import BINANCE
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

ADD = ("accounts", "add", "binance", "--name", "Mine", "--api-key", EXCHANGE_KEY, "--json")


def test_a_control_is_printed_told_as_json_and_shows_where_accounts_do(terminal: Terminal) -> None:
    with played(terminal.folder, **BINANCE) as urls:
        settings = {"CAMBIST_EXCHANGE_URLS": urls, "CAMBIST_SECRET": EXCHANGE_SECRET}
        account_id = str(terminal.here(*ADD, **settings).json[0]["id"])
        assert "unreconciled" not in terminal.here("accounts", "list", **settings).out
        before = terminal.here("accounts", "show", account_id, **settings).json["control"]
        assert before == {"state": "unknown", "reason": "not read yet", "at": None}

        ran = terminal.run("accounts", "control", account_id, **settings)
        assert (ran.code, ran.err) == (0, "")
        first, when, load, ours, theirs, difference, heading, *table = ran.out.splitlines()
        assert first == f"Account {account_id} is unreconciled: Not read: USDⓈ-M Futures, Trading Bots."
        assert when.split()[0] == "when"
        assert load.split()[0] == "load"
        assert ours.split() == ["ours", "0.72064", "BTC,", "45040.0", "USD"]
        assert theirs.split() == ["theirs", "0.72064", "BTC,", "45040.0", "USD"]
        assert difference.split() == ["difference", "0.0", "BTC", "(0.0", "%)"]
        assert heading == "Wallets as the exchange names them, in BTC"
        assert table[1].split() == ["Spot", "0.6", "0.6", "account", account_id, "(spot)"]
        assert table[-2].split() == ["Trading", "Bots", "0.002", "not", "read"]
        assert table[-1].split() == ["Copy", "Trading", "0.0"]

        again = terminal.here("accounts", "control", account_id, "--json", **settings)
        assert again.json["load_id"] == load.split()[1]  # within the hour: the last one
        assert again.json["difference"] == "0.0"
        shown = terminal.here("accounts", "show", account_id, **settings).json["control"]
        assert shown == {name: again.json[name] for name in ("state", "reason")} | {"at": shown["at"]}
        assert shown["at"] is not None
        table_of = terminal.here("load", account_id, **settings).out.splitlines()
        assert table_of[0].split()[-1] == "control"
        assert table_of[1].split()[-1] == "unreconciled"
        assert terminal.here("accounts", "control", "999", **settings).refusal == "Not Found"


def test_an_exchange_that_tells_no_total_is_said_to_be_one(terminal: Terminal) -> None:
    account_id = terminal.add()
    ran = terminal.here("accounts", "control", str(account_id))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"Account {account_id} is not known to be reconciled: Binance US Spot tells no total of its own.\n"
    )
