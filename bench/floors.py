"""What no load can cost less than: the calls that it makes, bare: signed by hand, sent, decoded by type."""

import asyncio
import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from bench.exchange import PASSPHRASE, key_of, secret_of
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance import earn as binance_earn
from cambist.exchanges.dialects.binance import wallets as binance
from cambist.exchanges.dialects.bybit import earn as bybit_earn
from cambist.exchanges.dialects.bybit import envelope as bybit_envelope
from cambist.exchanges.dialects.bybit import wallets as bybit
from cambist.exchanges.dialects.kraken import envelope as kraken_envelope
from cambist.exchanges.dialects.kraken import wallets as kraken
from cambist.exchanges.dialects.okx import wallets as okx

Decode = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Bare:
    """The call that a wallet's reader makes. parameters: encoded, in the query or a signed body."""

    path: str
    decode: Decode
    parameters: str = ""
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Signed:
    target: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """How an exchange signs, and the call of each of its wallets. in_turn: a key's calls must be in order."""

    sign: Callable[[Bare, int], Signed]
    calls: Mapping[str, Bare]
    in_turn: bool = False


class BareCalls:
    """Asks what a load of all wallets asks: the base wallet first, then the others side by side."""

    def __init__(self, market: Market, base_url: str, session: aiohttp.ClientSession) -> None:
        self._floor = FLOORS[market.ccxt_id]
        self._base, *self._others = (self._floor.calls[wallet] for wallet in market.wallets)
        self._url = base_url
        self._session = session

    async def __call__(self, number: int) -> None:
        await self._ask(self._base, number)
        if self._floor.in_turn:
            for call in self._others:
                await self._ask(call, number)
        else:
            await asyncio.gather(*(self._ask(call, number) for call in self._others))

    async def _ask(self, call: Bare, number: int) -> object:
        signed = self._floor.sign(call, number)
        url = URL(self._url + signed.target, encoded=True)
        asked = self._session.request(call.method, url, headers=signed.headers, data=signed.body)
        async with asked as answer:
            return call.decode(await answer.read())


def _binance(call: Bare, number: int) -> Signed:
    query = f"{call.parameters}&timestamp={time.time_ns() // 1_000_000}&recvWindow=10000".lstrip("&")
    signature = hmac.digest(secret_of(number).encode(), query.encode(), hashlib.sha256).hex()
    return Signed(f"{call.path}?{query}&signature={signature}", {"X-MBX-APIKEY": key_of(number)})


def _bybit(call: Bare, number: int) -> Signed:
    now_ms = str(time.time_ns() // 1_000_000)
    text = f"{now_ms}{key_of(number)}10000{call.parameters}"
    headers = {
        "X-BAPI-API-KEY": key_of(number),
        "X-BAPI-TIMESTAMP": now_ms,
        "X-BAPI-RECV-WINDOW": "10000",
        "X-BAPI-SIGN": hmac.digest(secret_of(number).encode(), text.encode(), hashlib.sha256).hex(),
    }
    return Signed(f"{call.path}?{call.parameters}", headers)


def _okx(call: Bare, number: int) -> Signed:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = f"{now}{call.method}{call.path}"
    headers = {
        "OK-ACCESS-KEY": key_of(number),
        "OK-ACCESS-PASSPHRASE": PASSPHRASE,
        "OK-ACCESS-TIMESTAMP": now,
        "OK-ACCESS-SIGN": _base64(
            hmac.digest(secret_of(number).encode(), text.encode(), hashlib.sha256),
        ),
    }
    return Signed(call.path, headers)


def _kraken(call: Bare, number: int) -> Signed:
    nonce = str(time.time_ns())
    body = f"nonce={nonce}&{call.parameters}".rstrip("&").encode()
    text = call.path.encode() + hashlib.sha256(nonce.encode() + body).digest()
    headers = {
        "API-Key": key_of(number),
        "API-Sign": _base64(hmac.digest(b64decode(secret_of(number)), text, hashlib.sha512)),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return Signed(call.path, headers, body)


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _of_bybit(decoder: msgspec.json.Decoder[Any]) -> Decode:
    return lambda raw: decoder.decode(bybit_envelope._envelope.decode(raw).result)


def _of_kraken(decoder: msgspec.json.Decoder[Any]) -> Decode:
    return lambda raw: decoder.decode(kraken_envelope._envelope.decode(raw).result)


_BINANCE_SPOT = Bare("/api/v3/account", binance._spot_account.decode, "omitZeroBalances=true")
_EARN = "/sapi/v1/simple-earn"

# By ccxt id. A wallet that comes into the catalogue needs its call here.
FLOORS: Mapping[str, Floor] = {
    "binance": Floor(
        _binance,
        {
            "spot": _BINANCE_SPOT,
            "funding": Bare("/sapi/v1/asset/get-funding-asset", binance._funds.decode, method="POST"),
            "earn_flexible": Bare(
                f"{_EARN}/flexible/position", binance_earn._flexible_page.decode, "current=1&size=100"
            ),
            "earn_locked": Bare(
                f"{_EARN}/locked/position", binance_earn._locked_page.decode, "current=1&size=100"
            ),
        },
    ),
    "binanceus": Floor(_binance, {"spot": _BINANCE_SPOT}),
    "bybit": Floor(
        _bybit,
        {
            "unified": Bare("/v5/account/wallet-balance", _of_bybit(bybit._accounts), "accountType=UNIFIED"),
            "funding": Bare(
                "/v5/asset/transfer/query-account-coins-balance",
                _of_bybit(bybit._funding),
                "accountType=FUND",
            ),
            "earn_flexible": Bare(
                "/v5/earn/position", _of_bybit(bybit_earn._flexible), "category=FlexibleSaving"
            ),
            "earn_fixed": Bare("/v5/earn/fixed-term/position", _of_bybit(bybit_earn._fixed)),
            "earn_onchain": Bare("/v5/earn/position", _of_bybit(bybit_earn._on_chain), "category=OnChain"),
        },
    ),
    "okx": Floor(
        _okx,
        {
            "trading": Bare("/api/v5/account/balance", okx._account.decode),
            "funding": Bare("/api/v5/asset/balances", okx._funds.decode),
            "earn": Bare("/api/v5/finance/savings/balance", okx._savings.decode),
            "staking": Bare("/api/v5/finance/staking-defi/orders-active", okx._orders.decode),
        },
    ),
    "kraken": Floor(
        _kraken,
        {
            "spot": Bare("/0/private/BalanceEx", _of_kraken(kraken._rows), method="POST"),
            "margin": Bare(
                "/0/private/TradeBalance", _of_kraken(kraken._trade_balance), "asset=ZUSD", method="POST"
            ),
        },
        in_turn=True,
    ),
}
