"""The command that holds an account's total against what its exchange itself says."""

from cambist.actions.control_account import control_account
from cambist.api.control import control_told
from cambist.cli.console import AsJson, AsUser, caller, in_installation, print_json
from cambist.cli.lines import print_columns, print_line
from cambist.cli.times import time_shown
from cambist.core.control import Control, Controlled, State, Totals
from cambist.core.money import plain_text
from cambist.wiring import Cambist


def control(account_id: int, user: AsUser = None, as_json: AsJson = False) -> None:
    """Hold an account's total against its exchange's own: anew, unless that was done within the hour."""

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        taken = await control_account(cambist.outside, cambist.load_balances, me, account_id)
        if as_json:
            print_json(control_told(account_id, taken))
        else:
            _print(account_id, taken)

    in_installation(work)


def unreconciled(taken: Control) -> str:
    """The word for a table of accounts, where there is something to look at."""
    return taken.state.value if taken.state is State.UNRECONCILED else ""


def _print(account_id: int, taken: Control) -> None:
    reason = "" if taken.reason is None else f": {taken.reason}"
    print_line(f"Account {account_id} is {_STATES[taken.state]}{reason}")
    if taken.totals is None or taken.at is None:
        return
    print_columns([("when", time_shown(taken.at)), ("load", taken.load_id or ""), *_totals(taken.totals)])
    print_line(f"Wallets as the exchange names them, in {taken.totals.unit}")
    print_columns([("", "theirs", "ours", "covered by"), *map(_wallet, taken.totals.wallets)])


_STATES = {
    State.RECONCILED: "reconciled",
    State.UNRECONCILED: "unreconciled",
    State.UNKNOWN: "not known to be reconciled",
}


def _totals(totals: Totals) -> list[tuple[str, str]]:
    theirs = totals.worth(totals.theirs)
    rows = [("theirs", f"{plain_text(theirs.btc)} BTC, {plain_text(theirs.usd)} USD")]
    if totals.ours is not None and totals.difference is not None and totals.percent is not None:
        ours = f"{plain_text(totals.ours.btc)} BTC, {plain_text(totals.ours.usd)} USD"
        off = f"{plain_text(totals.difference)} {totals.unit} ({plain_text(totals.percent)} %)"
        rows = [("ours", ours), *rows, ("difference", off)]
    return rows


def _wallet(held: Controlled) -> tuple[str, ...]:
    covering = (f"account {each.account_id} ({', '.join(each.wallets)})" for each in held.covered_by)
    nobody = "not read" if held.theirs else ""
    ours = "" if held.ours is None else plain_text(held.ours)
    return held.name, plain_text(held.theirs), ours, ", ".join(covering) or nobody
