"""The scenario file: what a simulated exchange holds, charges and does wrong; strict, numbers as text."""

import ipaddress
import secrets
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Any, Literal, cast, get_args

import msgspec
from msgspec import Meta, Struct

from cambist.simulator.coinbase.keys import new_key as new_coinbase_key
from cambist.simulator.faults import Fault
from cambist.simulator.protocol import milliseconds
from cambist.simulator.wording import NUMBER, SIGNED_NUMBER, TIME, UID, sentence

Code = Literal[
    "binance", "binance_us", "bitstamp", "bybit", "coinbase_advanced", "kraken", "kraken_futures", "okex"
]
CCXT_IDS: dict[str, str] = {
    "binance": "binance",
    "binance_us": "binanceus",
    "bitstamp": "bitstamp",
    "bybit": "bybit",
    "coinbase_advanced": "coinbase",
    "kraken": "kraken",
    "kraken_futures": "krakenfutures",
    "okex": "okx",
}
# Markets whose accounts are valued by another exchange's prices, which their simulation tells too.
PRICED_BY: dict[str, str] = {"kraken_futures": "kraken"}
CODES: tuple[str, ...] = get_args(Code)
DEFAULT_UID = "1000001"
DOLLARS = frozenset({"USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI"})
QUOTES = DOLLARS | {"EUR", "GBP", "TRY", "BRL", "JPY", "BTC", "ETH", "BNB"}
MOST_ASSETS = 2000
_FIRST_WALLET: dict[str, "WalletName"] = {  # of the others it is spot
    "bybit": "unified",
    "kraken_futures": "futures",
    "okex": "trading",
}
_WITH_PASSPHRASE = ("okex",)
_NEW_KEYS = {"coinbase_advanced": new_coinbase_key}

Amount = Annotated[str, Meta(pattern=NUMBER, max_length=200)]
Signed = Annotated[str, Meta(pattern=SIGNED_NUMBER, max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Uid = Annotated[str, Meta(pattern=UID)]

_ASSETS = (
    ("BTC", "63722.10", "0.04120000", "0.00850000"),
    ("ETH", "2603.37", "0.61530000", "0.00000000"),
    ("USDT", "1.0002", "318.40719022", "25.00000000"),
    ("SOL", "148.66", "7.30100000", "0.00000000"),
    ("XRP", "0.58420", "410.00000000", "0.00000000"),
    ("ADA", "0.35170", "1250.70000000", "100.00000000"),
    ("LTC", "66.93", "2.15000000", "0.00000000"),
    ("DOGE", "0.105230", "3900.00000000", "0.00000000"),
    ("LINK", "11.2460", "18.44000000", "0.00000000"),
    ("AVAX", "27.150", "6.00500000", "0.00000000"),
    ("DOT", "4.3910", "75.20000000", "0.00000000"),
    ("BCH", "322.4", "0.41000000", "0.00000000"),
)


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message is one sentence that names the field."""


class Strict(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Balance(Strict, frozen=True):
    """One asset of one wallet, as the exchange counts it: what is borrowed is in `free` or spent already.

    freeze, withdrawing: of the funding wallet. borrowed, interest: of wallets that lend. unrealized: the
    profit of open positions settled in this asset, with a sign; in earn what is not paid yet.
    """

    free: Amount
    locked: Amount = "0.00000000"
    freeze: Amount = "0.00000000"
    withdrawing: Amount = "0.00000000"
    borrowed: Amount = "0.00000000"
    interest: Amount = "0.00000000"
    unrealized: Signed = "0.00000000"


WalletName = Literal[
    "spot",
    "funding",
    "earn",
    "staking",
    "earn_flexible",
    "earn_fixed",
    "earn_locked",
    "earn_onchain",
    "cross_margin",
    "isolated_margin",
    "margin",
    "futures_usdm",
    "futures_coinm",
    "portfolio_margin",
    "trading",
    "unified",
    "vault",
    "futures",
    "trading_bots",
    "copy_trading",
]
Wallets = dict[WalletName, dict[Name, Balance]]


class Flow(Strict, frozen=True):
    """A change of an amount that is no trade; `time` is ISO 8601 with an offset.

    amount: what came or went, fees apart; with a sign where the kind goes both ways (transfer, funding,
    interest, realised). fee: of a withdrawal, in its asset, beside the amount. state: pending ones have been
    taken off where they go out, and are not there yet where they come in; failed ones changed nothing.
    wallet: whose; the first of the market if none is named. to: of a transfer, the wallet that it went to;
    without one it went to another account. tx: what its other end knows it by. name: of a reward, what for;
    of others the way it went, where the exchange tells of some by calls of their own (p2p, pay).
    """

    kind: Literal["deposit", "withdrawal", "transfer", "reward", "fee", "funding", "interest", "realised"]
    asset: Name
    amount: Signed
    time: Annotated[str, Meta(pattern=TIME)]
    fee: Amount = "0"
    state: Literal["done", "pending", "failed"] = "done"
    wallet: WalletName | None = None
    to: WalletName | None = None
    tx: str = ""
    name: str = ""


class Order(Strict, frozen=True):
    """An open order of that pair; `time` is ISO 8601 with an offset."""

    symbol: Name
    side: Literal["buy", "sell"]
    price: Amount
    quantity: Amount
    time: Annotated[str, Meta(pattern=TIME)]

    def __post_init__(self) -> None:
        try:
            milliseconds_of(self)
        except ValueError as error:
            raise ScenarioError(f"`time` is {self.time!r}, which no clock shows") from error


class Trade(Order, frozen=True):
    """An order that was filled at once, at `time`. Ids follow the times of all trades of the account.

    fee: in `fee_asset`, or in what was bought. wallet: whose; the first of the market if none is named. way:
    how it came about, where it was beside the order books: converted, swept as dust, or bought with fiat,
    from a balance (cash) or from outside (card).
    """

    fee: Amount = "0"
    fee_asset: str = ""
    wallet: WalletName | None = None
    way: Literal["order", "convert", "dust", "cash", "card"] = "order"


class Network(Strict, frozen=True):
    """A network of a currency; without an address nothing can be deposited there."""

    network: Name
    name: str = ""
    address: str = ""
    tag: str = ""
    deposits: bool = True
    withdrawals: bool = True
    fee: Amount = "0.0005"
    least: Amount = "0.001"
    most: Amount = "10000000000"
    step: Amount = "0.00000001"


class Coin(Strict, frozen=True):
    """A currency; the first of its networks is the default one."""

    name: str
    networks: tuple[Network, ...] = ()


class Key(Strict, frozen=True):
    """An API key. Without a uid, wallets, flows, orders or trades of its own it sees the scenario's."""

    api_key: Annotated[str, Meta(min_length=1, max_length=200)]
    secret: Annotated[str, Meta(min_length=1, max_length=2000)]
    passphrase: str = ""
    permissions: tuple[Literal["read", "trade", "withdraw"], ...] = ("read",)
    ips: tuple[str, ...] = ()
    uid: Uid | None = None
    wallets: Wallets | None = None
    flows: tuple[Flow, ...] | None = None
    orders: tuple[Order, ...] | None = None
    trades: tuple[Trade, ...] | None = None

    def __post_init__(self) -> None:
        for address in self.ips:
            try:
                ipaddress.ip_network(address)
            except ValueError as error:
                raise ScenarioError(
                    f"`ips` holds {address!r}, which is neither an address nor a network"
                ) from error

    def __repr__(self) -> str:
        return f"Key(api_key={self.api_key!r})"

    def admits(self, address: str) -> bool:
        """Whether this key may be used from that address; an empty list admits all."""
        here = ipaddress.ip_address(address)
        return not self.ips or any(here in ipaddress.ip_network(allowed) for allowed in self.ips)


class Scenario(Strict, frozen=True):
    """`symbols` asks for a market list of that size; `halted` pairs are listed with status BREAK.

    `coins` are the currencies with their networks, by code. Orders and trades are of pairs listed.
    `path_limits`: each path's own limit in a second or two is kept too, where the exchange has such.
    """

    exchange: Code
    keys: tuple[Key, ...] = ()
    wallets: Wallets = {}
    prices: dict[Name, Amount] = {}
    flows: tuple[Flow, ...] = ()
    orders: tuple[Order, ...] = ()
    trades: tuple[Trade, ...] = ()
    coins: dict[Name, Coin] = {}
    faults: tuple[Fault, ...] = ()
    symbols: Annotated[int, Meta(ge=0, le=20_000)] = 0
    halted: tuple[Name, ...] = ()
    weight_limit: Annotated[int, Meta(ge=1, le=100_000_000)] = 6000
    path_limits: bool = False

    def __post_init__(self) -> None:
        if len({key.api_key for key in self.keys}) < len(self.keys):
            raise ScenarioError("`keys` holds the same api_key twice")
        assets = self.assets()
        for symbol in (*self.prices, *self.halted):
            split_symbol(symbol, assets)
        listed = {*self.prices, *self.halted}
        owners: tuple[Scenario | Key, ...] = (self, *self.keys)
        for done in (each for owner in owners for each in (*(owner.orders or ()), *(owner.trades or ()))):
            if done.symbol not in listed:
                raise ScenarioError(
                    f"{done.symbol} in `orders` or `trades` is neither in `prices` nor in `halted`."
                )

    @property
    def ccxt_id(self) -> str:
        return CCXT_IDS[self.exchange]

    def assets(self) -> set[str]:
        """Every asset that some wallet holds."""
        owners = (self.wallets, *(key.wallets or {} for key in self.keys))
        return {asset for wallets in owners for wallet in wallets.values() for asset in wallet}


def milliseconds_of(dated: Order) -> int:
    return milliseconds(datetime.fromisoformat(dated.time))


def split_symbol(symbol: str, assets: AbstractSet[str]) -> tuple[str, str]:
    """Base and quote of a pair such as BTCUSD: a held base decides, then the longest common quote."""
    splits = [(symbol[:cut], symbol[cut:]) for cut in range(1, len(symbol))]
    splits = [(base, quote) for base, quote in splits if quote in QUOTES or quote in assets]
    if not splits:
        raise ScenarioError(f"{symbol} in `prices` or `halted` does not end in a known quote such as USD")
    return max(splits, key=lambda split: (split[0] in assets, split[1] in QUOTES, len(split[1])))


def load_scenario(document: bytes) -> Scenario:
    """Reads a scenario file; raises ScenarioError."""
    return _convert(_decode(document))


def patch_scenario(old: Scenario, document: bytes) -> Scenario:
    """The top-level fields given replace the old ones; the others stay, as the same objects."""
    patch = _decode(document)
    if patch.get("exchange", old.exchange) != old.exchange:
        raise ScenarioError(
            f"The scenario's field `exchange` cannot change from {old.exchange} while it runs."
        )
    new = _convert(msgspec.to_builtins(old) | patch)
    kept = {name: getattr(old, name) for name in Scenario.__struct_fields__ if name not in patch}
    return msgspec.structs.replace(new, **kept)


def _decode(document: bytes) -> dict[str, Any]:
    try:
        raw = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ScenarioError(f"The scenario is not valid JSON: {error}.") from error
    if not isinstance(raw, dict):
        raise ScenarioError("The scenario is not a JSON object.")
    return raw


def _convert(raw: dict[str, Any]) -> Scenario:
    try:
        return msgspec.convert(raw, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(sentence(error, raw, Scenario)) from None


def default_scenario(exchange: str, *, assets: int = 3) -> Scenario:
    """A playable scenario for the market code `exchange` with that many assets; the key is random."""
    if exchange not in CODES:
        raise ScenarioError(f"The simulator does not speak {exchange}; it speaks {', '.join(CODES)}.")
    if not 1 <= assets <= MOST_ASSETS:
        raise ScenarioError(f"A scenario can be made with 1 to {MOST_ASSETS} assets.")
    quote = "USDT" if exchange == "binance" else "USD"
    rows = [*_ASSETS[:assets], *map(_coined, range(assets - len(_ASSETS)))]
    prices = {asset + quote: price for asset, price, *_ in rows if asset != quote}
    prices |= {
        f"BTC{quote}": _ASSETS[0][1],
        "ETHBTC": "0.04085",
        "BTCUSDT": "63709.36" if quote == "USD" else "63722.10",
    }
    held = {asset: Balance(free, locked) for asset, _, free, locked in rows}
    passphrase = secrets.token_hex(16) if exchange in _WITH_PASSPHRASE else ""
    return Scenario(
        exchange=cast(Code, exchange),
        keys=(Key(*_NEW_KEYS.get(exchange, _new_key)(), passphrase),),
        wallets={_FIRST_WALLET.get(exchange, "spot"): held},
        prices=prices,
    )


def _new_key() -> tuple[str, str]:
    return secrets.token_hex(32), secrets.token_hex(32)


def _coined(number: int) -> tuple[str, str, str, str]:
    """An asset that exists nowhere, for accounts of many assets; always the same ones."""
    price = f"{number * 37 % 900}.{number * 7919 % 9999 + 1:04d}"
    return f"SIM{number:04d}", price, f"{number * 13 % 500 + 1}.{number * 6007 % 10**8:08d}", "0.00000000"
