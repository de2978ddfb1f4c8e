"""A year of an account's history: what it takes on disk under the retention, and what its chart costs.

`python -m bench.history [DAYS] [ASSETS]`: a load every five minutes, rolled up as the server does it.
"""

import json
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bench.exchange import scenario
from cambist.actions.facts import Load
from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.prices import PriceList
from cambist.core.profit import DAY, MONTH, figures, starts
from cambist.core.receipts import Receipt
from cambist.core.terms import Balance, Call, Coverage, Stablecoins, WalletBalances, Worth
from cambist.core.valuation import value
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.tickers import Prices

MARKET = CATALOGUE["binance_us"]
START = datetime(2025, 1, 1, tzinfo=UTC)
EVERY = timedelta(minutes=5)
_WALK = 0.002
_TRADES = 0.05


def loads(assets: int, count: int) -> Iterator[Load]:
    """Loads one after the other: prices walk at random, some amounts change, the digits are an exchange's."""
    chance = random.Random(7)
    play = json.loads(scenario(assets, 1))
    told = {name: float(text) for name, text in play["prices"].items()}
    amounts = {asset: Decimal(row["free"]) for asset, row in play["wallets"]["spot"].items()}
    symbols = {(name.removesuffix("USDT"), "USDT"): name for name in told if name.endswith("USDT")}
    symbols[("BTC", "USD")] = "BTCUSD"
    past: list[Snapshot] = []
    for number in range(count):
        at = START + number * EVERY + timedelta(milliseconds=chance.randrange(9_000))
        told = {name: price * chance.gauss(1, _WALK) for name, price in told.items()}
        if chance.random() < _TRADES:
            amounts[chance.choice([*amounts])] += Decimal(chance.randrange(1, 10**8)).scaleb(-8)
        texts = {name: (f"{price:.8f}" if price < 1 else f"{price:.4f}",) for name, price in told.items()}
        priced = PriceList(f"binance_us {number}", Prices(symbols, texts)).priced(
            MARKET, Stablecoins.REFERENCE
        )
        balances = tuple(Balance(a, a, free, Decimal(0), free) for a, free in amounts.items())
        wallets = (WalletBalances("spot", balances, at - timedelta(milliseconds=41)),)
        valuation = value(wallets, priced)
        own = Snapshot(at, Worth(valuation.btc, valuation.usd), priced.numeraire.btc_usd)
        past.append(own)
        day, month = (_around(past, at - span) for span in (DAY, MONTH))
        since = starts(at, Baselines(day, month, past[0]), own)
        found = figures(own.worth, "USD", since)
        call = Call("GET", "/api/v3/account", 200, 2_713, 41, 20, f"{chance.getrandbits(256):064x}")
        receipt = Receipt(
            f"{chance.getrandbits(96):024x}",
            "refresher",
            at,
            MARKET.code,
            Stablecoins.REFERENCE,
            f"binance_us {number}",
            priced.numeraire,
            (call,),
            (),
            (),
            since,
            found,
            Coverage(("spot",)),
        )
        yield Load(True, own, wallets, valuation.routes, found, receipt, at, Coverage(("spot",)))


def _around(past: Sequence[Snapshot], at: datetime) -> Neighbours:
    after = bisect_left(past, at, key=lambda each: each.at)
    return Neighbours(past[after - 1] if after else None, past[after])
