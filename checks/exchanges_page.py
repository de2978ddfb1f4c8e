"""The page docs/exchanges.md, written from the catalogue: `make docs`; a test finds a stale one."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from cambist.core.errors import NotFound
from cambist.core.terms import Market
from cambist.exchanges.catalogue import CATALOGUE, market_of
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.speaking import ledger_of

PAGE = Path(__file__).parents[1] / "docs" / "exchanges.md"
# Less than these is told in hours.
_IN_DAYS = timedelta(days=10)
_FIELDS = {
    "api_key": "API key",
    "address": "address of the wallet",
    "secret": "secret",
    "passphrase": "passphrase",
    "customer_id": "customer id",
}
_HEAD = """# Exchanges

Which wallets each market reads, what keys must be allowed for it, and what is not read and why. This page
is written from the catalogue (`make docs`). Give keys the permission to read and no other; `cambist probe
TYPE` shows what they open. A wallet that keys may not read when an account is connected is shown as not
covered, and never counted.
"""
_BY_DEFAULT = """## Every other exchange of ccxt

Read by default rules: the wallet that ccxt reads by default, under its ccxt id. An answer without a single
row is refused there, since an empty wallet cannot be told from an answer that was not understood. Other
wallets are not read. Flows: deposits and withdrawals alone, 29 days back, of those with “yes”; what else
changed is not told. Of the others none: profit is the plain difference.
"""


def page() -> str:
    parts = [_HEAD, *map(_section, CATALOGUE.values()), _BY_DEFAULT, *_others()]
    return "\n".join(parts).rstrip() + "\n"


def _section(market: Market) -> str:
    keys = ", ".join(_FIELDS[field] for field in market.credentials)
    needed = market.permissions
    rows = [f"| {wallet} | {needed.get(wallet, market.permission)} |" for wallet in market.wallets]
    prices = f" Valued by the prices of `{market.prices_from}`." if market.prices_from else ""
    rights = "tells" if market.tells_rights else "does not tell"
    lines = [
        f"## {market.exchange_name} (`{market.code}`)",
        "",
        f"Needs: {keys}.{prices} The exchange {rights} what keys may do.",
        "",
        "| wallet | permission |",
        "|---|---|",
        *rows,
        "",
    ]
    lines += _flows(market)
    if market.not_read:
        told = (f"- {what}: {why}" for what, why in market.not_read.items())
        lines += ["Not read:", *told, ""]
    return "\n".join(lines)


def _flows(market: Market) -> list[str]:
    """The sources of its ledger, with what each tells and how far back."""
    sources = ledger_of(market)
    told = [
        f"- {terms.name}: {', '.join(sorted(terms.kinds))}"
        + ("" if terms.reach is None else f"; {_length(terms.reach)} back")
        for terms in sources
    ]
    if not told:
        return ["Flows are not read: profit is the plain difference.", ""]
    in_part = any(terms.leaves_out for terms in sources)
    alone = " deposits and withdrawals alone; what else changed is not told." if in_part else ""
    return [f"Flows:{alone}", *told, ""]


def _length(reach: timedelta) -> str:
    return f"{reach.days} days" if reach >= _IN_DAYS else f"{reach // timedelta(hours=1)} hours"


def _others() -> list[str]:
    taken = {market.ccxt_id for market in CATALOGUE.values()} | {"kucoinfutures"}  # it is KuCoin's futures
    by_needs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ccxt_id in ccxt_library().exchanges:
        if ccxt_id not in taken:
            by_needs[_needs(ccxt_id)].append(f"`{ccxt_id}`")
    rows = [f"| {needs} | {flows} | {' '.join(ids)} |" for (needs, flows), ids in sorted(by_needs.items())]
    return ["| needs | flows | ccxt ids |\n|---|---|---|", *rows]


def _needs(ccxt_id: str) -> tuple[str, str]:
    """The credentials, and what its flows are."""
    try:
        market = market_of(ccxt_id)
    except NotFound as refused:
        return f"cannot be read: {refused}", "no"
    return ", ".join(_FIELDS[field] for field in market.credentials), "yes" if ledger_of(market) else "no"


if __name__ == "__main__":
    PAGE.write_text(page())
