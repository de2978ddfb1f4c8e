"""Markets, prices, balances and histories in a line each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cambist.core.flows import NOTHING, Net
from cambist.core.history import Snapshot
from cambist.core.prices import Pair, Priced, numeraire
from cambist.core.profit import FlowsSince, Starts, figures
from cambist.core.terms import Balance, Market, Profit, Stablecoins, WalletBalances, Worth

NOW = datetime(2023, 6, 19, 17, 16, 29, 8_000, UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def market(**changes: Any) -> Market:
    """A market with the catalogue's default quotes (BTC, USD, USDC, USDT, EUR) and step (ETH)."""
    made: dict[str, Any] = {
        "code": "test",
        "ccxt_id": "test",
        "exchange_name": "Test",
        "pretty_display_type": "Test",
        "icon": "test",
        "url": "https://test.invalid",
        "help_url": "https://test.invalid/help",
    }
    return Market(**{**made, **changes})


def prices(given: Mapping[str, str | Decimal]) -> dict[Pair, Decimal]:
    """{"BTC/USD": "63722.1"} as prices."""
    made: dict[Pair, Decimal] = {}
    for name, price in given.items():
        base, _, quote = name.partition("/")
        made[base, quote] = Decimal(price)
    return made


def priced(
    given: Mapping[Pair, Decimal], of: Market | None = None, mode: Stablecoins = Stablecoins.REFERENCE
) -> Priced:
    """The prices as a market's accounts see them."""
    place = of or market()
    return Priced(given, place, numeraire(given, place, mode))


def balance(asset: str, total: str | Decimal, code: str | None = None) -> Balance:
    amount = Decimal(total)
    return Balance(asset, code or asset, free=amount, locked=Decimal(0), total=amount)


def wallet(name: str, *balances: Balance) -> WalletBalances:
    return WalletBalances(name, balances, NOW)


def snapshot(at: datetime, usd: str, btc: str, rate: str = "1") -> Snapshot:
    return Snapshot(at, worth(usd, btc, rate))


def worth(usd: str, btc: str, rate: str = "1") -> Worth:
    return Worth(btc=Decimal(btc), usd=Decimal(usd), rate=Decimal(rate))


def profit(current: Worth, start: Worth | None, flows: Net = NOTHING) -> Profit:
    """A month's, whose percentages all have two places."""
    return figures(current, "USD", Starts(month=start, flows=FlowsSince(month=flows))).month
