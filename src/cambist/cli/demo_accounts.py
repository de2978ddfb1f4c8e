"""The demo's accounts beside the first: one partial, one whose keys end; and a made-up year for each."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import msgspec

from cambist.actions.add_threshold import add_threshold
from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller
from cambist.actions.import_flows import import_flows
from cambist.actions.import_history import import_history
from cambist.core.credentials import GivenKeys
from cambist.core.errors import LoadFailed
from cambist.core.money import ONE, exact
from cambist.core.terms import Account, Secret
from cambist.core.thresholds import Measure, Side
from cambist.simulator.scenario import Balance, Key, Scenario, WalletName, default_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import Cambist

PARTIAL, ENDED = "binance", "kraken"
_NAMES = {PARTIAL: "Binance, all wallets", ENDED: "Kraken, long term"}
_LOST = "/sapi/v1/simple-earn/flexible/position"

# Pairs of words: an asset, and its price in dollars or how much of it a wallet holds.
_PRICES = """
BTC 63722.10 ETH 2603.37 SOL 148.66 XRP 0.5842 ADA 0.3517 LTC 66.93 DOGE 0.10523 LINK 11.246
AVAX 27.15 DOT 4.391 BCH 322.4 BNB 561.2 TRX 0.1553 TON 5.512 NEAR 4.873 UNI 7.241 APT 8.134
ICP 8.02 ETC 18.61 XLM 0.09322 ATOM 4.512 FIL 3.731 HBAR 0.05412 ARB 0.5471 OP 1.603 VET 0.02231
INJ 20.15 AAVE 148.9 ALGO 0.1262 GRT 0.1571 SAND 0.2634 MANA 0.2915 AXS 4.982 THETA 1.293
EGLD 27.41 FLOW 0.5493 XTZ 0.6881 EOS 0.4872 CHZ 0.06921 CRV 0.2763 LDO 1.083 SNX 1.412 COMP 44.31
ZEC 34.52 DASH 23.81 KSM 18.92 ENJ 0.1502 BAT 0.1731 ZRX 0.3281 ONE 0.01342 IOTA 0.1264 QTUM 2.342
RVN 0.01721 KAVA 0.3312 CELO 0.4921 MINA 0.5312 GALA 0.01982 FTM 0.6681 RUNE 4.983
"""
_SPOT = """
BTC 0.1342 ETH 1.905 BNB 3.21 SOL 14.2 XRP 1250 ADA 900 AVAX 22.4 TRX 3100 TON 61.5 NEAR 70.1
UNI 33.3 APT 28.8 ICP 17.5 ETC 12.25 ATOM 61.4 FIL 44 HBAR 5200 ARB 410 OP 140.5 VET 9800 INJ 9.2
AAVE 1.45 ALGO 820 GRT 700 SAND 310 MANA 260.75 AXS 18.5 THETA 55 EGLD 3.1 FLOW 120 CHZ 900
CRV 310 LDO 66 SNX 41 COMP 1.2 ENJ 250 BAT 310 ZRX 88 ONE 4100 IOTA 390 QTUM 17 RVN 2200 KAVA 120
CELO 77 MINA 64 GALA 1500 FTM 132 RUNE 14.2 USDT 4210.66
"""
_FUNDING = "USDT 1500.25 BTC 0.0125 XLM 2100"
_EARN = "ETH 1.25 SOL 9.75 DOT 210 USDT 2500"
_LONG_TERM = """
BTC 0.2105 ETH 3.4 XTZ 410 LTC 9.5 LINK 81.3 BCH 1.75 ZEC 4.1 DASH 6.2 KSM 7.7 EOS 220 DOGE 5600
USD 812.44
"""

_YEAR = 365
# {hours between two points of the past: (until so many hours ago, how much a step moves at most)}, the latter
# in parts of 10,000, of which a year's rise takes some more at each.
_PAST = {1: (24, 45), 4: (24 * 7, 90), 24: (24 * _YEAR, 220)}
_RISE = 28
# (days ago, kind, asset, amount)
_FLOWS = (
    (301, "deposit", "USD", "500"),
    (214, "deposit", "BTC", "0.0075"),
    (96, "withdrawal", "USD", "-350"),
    (61, "deposit", "BTC", "0.005"),
    (40, "reward", "ETH", "0.0021"),
    (23, "deposit", "USD", "250"),
    (18, "fee", "USD", "-1.75"),
    (9, "reward", "ETH", "0.0019"),
    (3, "withdrawal", "BTC", "-0.0015"),
)


def scenarios() -> tuple[Scenario, ...]:
    """The exchanges that are played beside the first."""
    return (
        _scenario(PARTIAL, "USDT", {"spot": _SPOT, "funding": _FUNDING, "earn_flexible": _EARN}),
        _scenario(ENDED, "USD", {"spot": _LONG_TERM}),
    )


async def connect_others(cambist: Cambist, simulator: Simulator, me: Caller) -> list[Account]:
    """The accounts beside the first."""
    await add_threshold(cambist.outside, me, Measure.USD, Side.BELOW, Decimal(4000), None)
    return [
        await connect(cambist, me, code, name, simulator.scenario(code).keys[0])
        for code, name in _NAMES.items()
    ]


async def fail(cambist: Cambist, simulator: Simulator, me: Caller, accounts: Sequence[Account]) -> None:
    """Loads the others as they are to be seen: one lacks a wallet, the keys of one are refused."""
    fault = {"kind": "status", "path": _LOST, "status": 503}
    simulator.patch(PARTIAL, msgspec.json.encode({"faults": [fault]}))
    simulator.patch(ENDED, msgspec.json.encode({"keys": []}))
    for account in accounts:
        with suppress(LoadFailed):  # that it fails is what is to be seen
            await cambist.load_balances(me, account.id)


async def connect(cambist: Cambist, me: Caller, code: str, name: str, key: Key) -> Account:
    """The account, with a made-up past so that there is a profit to see."""
    account = await connect_account(
        cambist.outside,
        me,
        type=code,
        name=name,
        keys=GivenKeys(api_key=key.api_key, secret=Secret(key.secret)),
    )
    now = cambist.outside.clock.now()
    await import_history(cambist.outside, me, account.id, _history(account, now))
    begin = now - timedelta(days=_YEAR + 1)
    await import_flows(cambist.outside, me, account.id, _flows(now), begin)
    return account


def _scenario(code: str, quote: str, wallets: dict[WalletName, str]) -> Scenario:
    held = {
        name: {asset: Balance(amount) for asset, amount in _pairs(rows).items()}
        for name, rows in wallets.items()
    }
    wanted = {"BTC", "ETH"}.union(*held.values())
    prices = {asset + quote: price for asset, price in _pairs(_PRICES).items() if asset in wanted}
    return msgspec.structs.replace(
        default_scenario(code), wallets=held, prices={"ETHBTC": "0.04085", "BTCUSDT": "63709.36", **prices}
    )


def _pairs(words: str) -> dict[str, str]:
    each = words.split()
    return dict(zip(each[::2], each[1::2], strict=True))


def _history(account: Account, now: datetime) -> str:
    """A year as CSV: a walk that ends at today's worth, always the same one for a market."""
    lines = ["date,usd,btc"]
    bitcoin = dict(walk("bitcoin"))
    for hours, share in walk(account.market):
        with exact():
            usd, btc = account.figures.usd * share, account.figures.btc * share
        lines.append(f"{_ago(now, hours)},{usd:.8f},{btc / bitcoin[hours]:.12f}")
    return "\n".join(lines)


def _flows(now: datetime) -> str:
    lines = ["date,kind,asset,amount,usd,btc"]
    bitcoin, prices = dict(walk("bitcoin")), _pairs(_PRICES)
    for days, kind, asset, amount in _FLOWS:
        then = Decimal(prices["BTC"]) * bitcoin[24 * days]
        price = ONE if asset == "USD" else Decimal(prices[asset]) * bitcoin[24 * days]
        usd = Decimal(amount) * price
        lines.append(f"{_ago(now, 24 * days)},{kind},{asset},{amount},{usd:.8f},{usd / then:.12f}")
    return "\n".join(lines)


def _ago(now: datetime, hours: int) -> str:
    return (now - timedelta(hours=hours)).isoformat()


def walk(name: str) -> Iterator[tuple[int, Decimal]]:
    """(hours ago, the share of today's); the latest comes first."""
    share, hours = ONE, 0
    for step, (until, most) in _PAST.items():
        while hours < until:
            hours += step
            drawn = (
                int.from_bytes(sha256(f"year of {name} {hours}".encode()).digest()[:4]) % (2 * most + 1)
                - most
            )
            share = Decimal(f"{share * (10_000 + drawn - most // _RISE) / 10_000:.8f}")
            yield hours, share
