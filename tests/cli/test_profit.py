"""profit: a table whose parts add up as they are shown, and every digit as JSON."""

from decimal import Decimal

import pytest

from tests.api.test_profit import a_day, report
from tests.cli.terminals import Terminal
from tests.worlds import World

PARTS = ("price effect", "deposits", "withdrawals", "transfers", "rewards", "fees", "unexplained")


@pytest.mark.asyncio
async def test_the_parts_of_the_table_add_up_as_they_are_shown(ledgered: World) -> None:
    account_id, _ = await a_day(ledgered)
    code, printed = await ledgered.printed_by_command("profit", str(account_id), "--range", "total")
    assert code == 0
    head, names, *lines, known, unvalued = printed.splitlines()
    assert head == (
        f"Account {account_id} “My Binance US”, 2023-06-19 16:50:57.303 UTC to 2023-06-20 18:50:57.303 UTC"
    )
    assert names.split() == ["USD", "BTC"]
    assert known == "Flows are known for all of this time."
    assert unvalued == "Without any price, and so not counted: 1 × deposit of NOPRICE."
    rows = {name.strip(): figures for name, *figures in (line.rsplit(maxsplit=2) for line in lines)}
    for column in (0, 1):
        told = {name: Decimal(each[column]) for name, each in rows.items()}
        ends = told["worth at the end"] - told["worth at the start"]
        assert ends == sum(told[name] for name in PARTS)
        assert told["profit"] == ends - told["net flows"]
        flows = ("deposits", "withdrawals", "transfers", "unexplained")
        assert told["net flows"] == sum(told[name] for name in flows)
    assert rows["deposits"] == ["15007.12", "0.25000000"]
    told = await report(ledgered, account_id, range="total")
    exact = Decimal(told["profit"]["usd"])
    assert abs(Decimal(rows["profit"][0]) - exact) < Decimal("0.05")


def test_a_range_that_is_none_is_refused(terminal: Terminal) -> None:
    account = str(terminal.add())
    refused = terminal.here("profit", account, "--range", "decade").refusal
    assert "day, week, month, year, total" in refused
    told = terminal.here("profit", account)
    assert told.code == 0
    assert "Flows are not known for all of this time" in told.out
    exact = terminal.here("profit", account, "--range", "total", "--json").json
    assert (exact["flows"], exact["change"]["usd"], exact["time_weighted"]["usd"]) == (
        "unknown",
        "0.0",
        "0.0",
    )
