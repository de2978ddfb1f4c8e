"""Asks through three-commas: reads what to ask from stdin as JSON, prints each answer or error as JSON."""

import json
import sys
from collections.abc import Callable
from typing import Any

import py3cw.request
from three_commas import api


def main() -> None:
    asked = json.load(sys.stdin)
    py3cw.request.API_URL = asked["url"]
    keys = {"api_key": asked["key"], "api_secret": asked["secret"]}
    accounts = api.ver1.accounts

    def ask(function: Callable[..., Any], *arguments: int, **payload: Any) -> dict[str, Any]:
        error, data = function(*arguments, **({"payload": payload} if payload else {}), **keys)
        return {"error": error.get_msg()} if error else {"value": data}

    verbs: dict[str, Callable[..., dict[str, Any]]] = {
        "list": lambda: ask(accounts.get),
        "account": lambda account: ask(accounts.get_by_id, account),
        "load": lambda account: ask(accounts.post_load_balances_by_id, account),
        "rename": lambda account, name: ask(accounts.post_rename_by_id, account, name=name),
        "pie": lambda account: ask(accounts.post_pie_chart_data_by_id, account),
        "table": lambda account: ask(accounts.post_account_table_data_by_id, account),
        "chart": lambda account, since: ask(accounts.get_balance_chart_data_by_id, account, date_from=since),
        "markets": lambda: ask(accounts.get_market_list),
    }
    json.dump([verbs[verb](*arguments) for verb, *arguments in asked["calls"]], sys.stdout)


if __name__ == "__main__":
    main()
