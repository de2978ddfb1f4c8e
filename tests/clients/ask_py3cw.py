"""Asks through py3cw: reads what to ask from stdin as JSON, prints each answer or error as JSON."""

import json
import sys
from collections.abc import Callable
from typing import Any

import py3cw.request
from py3cw.request import Py3CW


def main() -> None:
    asked = json.load(sys.stdin)
    py3cw.request.API_URL = asked["url"]
    client = Py3CW(key=asked["key"], secret=asked.get("secret"), selfsigned=asked.get("private_key"))

    def ask(action: str, account_id: int | None = None, **payload: Any) -> dict[str, Any]:
        error, data = client.request(
            entity="accounts",
            action=action,
            action_id=None if account_id is None else str(account_id),
            payload=payload or None,
        )
        return {"error": error["msg"]} if error else {"value": data}

    verbs: dict[str, Callable[..., dict[str, Any]]] = {
        "list": lambda: ask(""),
        "account": lambda account: ask("account_info", account),
        "load": lambda account: ask("load_balances", account),
        "rename": lambda account, name: ask("rename", account, name=name),
        "pie": lambda account: ask("pie_chart_data", account),
        "table": lambda account: ask("account_table_data", account),
        "chart": lambda account, since: ask("balance_chart_data", account, date_from=since),
        "markets": lambda: ask("market_list"),
    }
    json.dump([verbs[verb](*arguments) for verb, *arguments in asked["calls"]], sys.stdout)


if __name__ == "__main__":
    main()
