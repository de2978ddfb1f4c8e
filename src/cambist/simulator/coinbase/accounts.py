"""The accounts of a Coinbase user as its two lists tell them, page by page, and the summary of US futures."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cambist.core.money import exact
from cambist.simulator.coinbase.checks import Refusal
from cambist.simulator.coinbase.markets import FIAT, crypto, fiat
from cambist.simulator.scenario import Balance, WalletName

PAGE, LONGEST_PAGE = 49, 250
OLDER_PAGE, LONGEST_OLDER_PAGE = 25, 100
_CREATED = "2023-01-19T14:58:29Z"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
Row = dict[str, Any]
Wallets = Mapping[WalletName, Mapping[str, Balance]]


@dataclass(frozen=True, slots=True)
class Account:
    """One account of one asset. wallet: `spot`; `vault`; `earn` for what is staked."""

    id: str
    wallet: str
    asset: str
    held: Balance

    @property
    def is_fiat(self) -> bool:
        return self.asset in FIAT

    @property
    def name(self) -> str:
        start, end = {"vault": ("", " Vault"), "earn": ("Staked ", "")}.get(self.wallet, ("", " Wallet"))
        return f"{start}{self.asset}{end}"


def portfolio_of(uid: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, uid))


def accounts_of(wallets: Wallets, uid: str) -> list[Account]:
    """The same account has the same id in both lists, whenever it is asked for."""
    names: tuple[WalletName, ...] = ("spot", "vault", "earn")
    return [
        Account(str(uuid.uuid5(_NAMESPACE, f"{uid} {wallet} {asset}")), wallet, asset, held)
        for wallet in names
        for asset, held in wallets.get(wallet, {}).items()
    ]


def advanced_page(accounts: Sequence[Account], params: Mapping[str, str], portfolio: str) -> Row:
    """Without what is staked, which Advanced's list does not tell."""
    rows = [_row(account, portfolio) for account in accounts if account.wallet != "earn"]
    limit, cursor = params.get("limit", str(PAGE)), params.get("cursor", "0")
    if not limit.isdecimal() or not 1 <= int(limit) <= LONGEST_PAGE or not cursor.isdecimal():
        raise Refusal(400, "INVALID_ARGUMENT", "limit or cursor is invalid")
    start, end = int(cursor), int(cursor) + int(limit)
    has_next = end < len(rows)
    page = rows[start:end]
    return {"accounts": page, "has_next": has_next, "cursor": str(end) if has_next else "", "size": len(page)}


def _row(account: Account, portfolio: str) -> Row:
    kind = "VAULT" if account.wallet == "vault" else "FIAT" if account.is_fiat else "CRYPTO"
    return {
        "uuid": account.id,
        "name": account.name,
        "currency": account.asset,
        "available_balance": {"value": account.held.free, "currency": account.asset},
        "default": account.wallet == "spot",
        "active": True,
        "created_at": _CREATED,
        "updated_at": _CREATED,
        "deleted_at": None,
        "type": f"ACCOUNT_TYPE_{kind}",
        "ready": True,
        "hold": {"value": account.held.locked, "currency": account.asset},
        "retail_portfolio_id": portfolio,
        "platform": "ACCOUNT_PLATFORM_CONSUMER",
    }


def older_page(accounts: Sequence[Account], params: Mapping[str, str]) -> Row:
    """All accounts. More than it gives in a page is not refused, but given in pages of a hundred."""
    asked = params.get("limit", str(OLDER_PAGE))
    if not asked.isdecimal() or not int(asked):
        raise Refusal(400, "invalid_request", "limit is invalid", older=True)
    limit, after = min(int(asked), LONGEST_OLDER_PAGE), params.get("starting_after")
    ids = [account.id for account in accounts]
    if after is not None and after not in ids:
        raise Refusal(404, "not_found", "Not found", older=True)
    start = 0 if after is None else ids.index(after) + 1
    page = accounts[start : start + limit]
    last = page[-1].id if start + limit < len(accounts) else None
    return {
        "pagination": {
            "ending_before": None,
            "starting_after": after,
            "previous_ending_before": None,
            "next_starting_after": last,
            "limit": limit,
            "order": "desc",
            "previous_uri": None,
            "next_uri": last and f"/v2/accounts?limit={limit}&starting_after={last}",
        },
        "data": [_older_row(account) for account in page],
    }


def _older_row(account: Account) -> Row:
    kind = "vault" if account.wallet == "vault" else "fiat" if account.is_fiat else "wallet"
    currency = fiat(account.asset) if account.is_fiat else crypto(account.asset)
    return {
        "id": account.id,
        "name": account.name,
        "primary": account.wallet == "spot" and not account.is_fiat,
        "type": kind,
        "currency": {"code": account.asset, **currency},
        "balance": {"amount": _sum(account.held.free, account.held.locked), "currency": account.asset},
        "created_at": _CREATED,
        "updated_at": _CREATED,
        "resource": "account",
        "resource_path": f"/v2/accounts/{account.id}",
        "allow_deposits": True,
        "allow_withdrawals": account.wallet != "vault",
    }


def futures_summary(wallets: Wallets) -> Row:
    """Dollars at the broker, `locked` as margin, with the unrealised profit of what is open."""
    if "futures" not in wallets:
        raise Refusal(404, "NOT_FOUND", "futures account not found")
    nothing = Balance("0")
    futures, spot = (wallets.get(name, {}).get("USD", nothing) for name in ("futures", "spot"))
    cash, dollars = _sum(futures.free, futures.locked), _sum(spot.free, spot.locked)
    both = _sum(cash, dollars)
    margin = _sum(both, futures.unrealized)
    figures = {
        "futures_buying_power": _sum(margin, f"-{futures.locked}"),
        "total_usd_balance": both,
        "cbi_usd_balance": dollars,
        "cfm_usd_balance": cash,
        "total_open_orders_hold_amount": "0",
        "unrealized_pnl": futures.unrealized,
        "daily_realized_pnl": "0",
        "initial_margin": futures.locked,
        "available_margin": margin,
        "liquidation_threshold": "0",
        "liquidation_buffer_amount": margin,
    }
    told: Row = {name: {"value": value, "currency": "USD"} for name, value in figures.items()}
    return {"balance_summary": {**told, "liquidation_buffer_percentage": "1000"}}


def _sum(*texts: str) -> str:
    with exact():
        return format(sum(map(Decimal, texts), Decimal()), "f")
