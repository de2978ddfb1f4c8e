"""What OKX tells of an account: wallets, configuration, open orders, networks, addresses."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from cambist.simulator.okx import markets
from cambist.simulator.okx.checks import Refusal
from cambist.simulator.pairs import Pair, Units
from cambist.simulator.scenario import (
    DEFAULT_UID,
    Balance,
    Coin,
    Key,
    Network,
    Order,
    WalletName,
    Wallets,
    milliseconds_of,
)
from cambist.simulator.worth import bitcoin, dollars, fixed

LONGEST_PAGE = 100
# Fields of a currency that this simulator has nothing to say about, as a real account without them says it.
_NONE_OF_IT: dict[str, Any] = {
    "autoLendStatus": "off",
    "autoLendMtAmt": "0",
    "borrowFroz": "0",
    "collateralEnabled": False,
    "colRes": "0",
    "fixedBal": "0",
    "imr": "",
    "isoEq": "0",
    "isoLiab": "0",
    "isoUpl": "0",
    "maxLoan": "0",
    "mgnRatio": "",
    "mmr": "",
    "notionalLever": "",
    "ordFrozen": "0",
    "rewardBal": "0",
    "spotInUseAmt": "",
    "spotIsoBal": "0",
    "stgyEq": "0",
    "twap": "0",
    "uplLiab": "0",
    "disEq": "0",
    "eqUsd": "0",
}
_VALUED: dict[str, tuple[WalletName, ...]] = {
    "classic": (),
    "earn": ("earn", "staking"),
    "funding": ("funding",),
    "trading": ("trading",),
}
_VALUED_PLACES = 16
_RIGHTS = {"read": "read_only", "trade": "trade", "withdraw": "withdraw"}
Row = dict[str, Any]


def account(held: Mapping[str, Balance], now_ms: int) -> Row:
    """The trading account; its sums in USD are not worked out."""
    return {
        "adjEq": "",
        "availEq": "",
        "borrowFroz": "",
        "details": [_equity(code, each, now_ms) for code, each in held.items()],
        "imr": "",
        "isoEq": "0",
        "mgnRatio": "",
        "mmr": "",
        "notionalUsd": "",
        "ordFroz": "",
        "totalEq": "0",
        "uTime": str(now_ms),
        "upl": "",
    }


def _equity(code: str, held: Balance, now_ms: int) -> Row:
    """Equity = balance + unrealised profit − accrued interest; a balance that was borrowed from is net."""
    cash = _net((held.free, held.locked), (held.borrowed,))
    return {
        **_NONE_OF_IT,
        "availBal": held.free,
        "availEq": held.free,
        "cashBal": cash,
        "ccy": code,
        "crossLiab": held.borrowed,
        "eq": _net((cash, held.unrealized), (held.interest,)),
        "frozenBal": held.locked,
        "interest": held.interest,
        "liab": held.borrowed,
        "uTime": str(now_ms),
        "upl": held.unrealized,
    }


def funds(held: Mapping[str, Balance]) -> list[Row]:
    """Of the funding account, what is not zero."""
    rows = (
        {
            "availBal": each.free,
            "bal": _net((each.free, each.locked, each.freeze, each.withdrawing), ()),
            "ccy": code,
            "frozenBal": _net((each.locked, each.freeze, each.withdrawing), ()),
        }
        for code, each in held.items()
    )
    return [row for row in rows if row["bal"].strip("0.")]


def savings(held: Mapping[str, Balance]) -> list[Row]:
    """Simple Earn: `locked` is lent out, `free` is about to be."""
    return [
        {
            "earnings": "0",
            "redemptAmt": "",
            "rate": "0.01",
            "ccy": code,
            "amt": _net((each.free, each.locked), ()),
            "loanAmt": each.locked,
            "pendingAmt": each.free,
        }
        for code, each in held.items()
    ]


def staking(held: Mapping[str, Balance]) -> list[Row]:
    """On-chain Earn: an order for what is free and one, being redeemed, for what is locked.

    Unrealized is what an order is estimated to bring.
    """
    orders = [
        (code, amount, state, each.unrealized)
        for code, each in held.items()
        for state, amount in (("1", each.free), ("2", each.locked))
        if amount.strip("0.")
    ]
    return [
        {
            "ordId": str(2413498 + number),
            "ccy": code,
            "productId": "101",
            "state": state,
            "protocol": "Polkadot",
            "protocolType": "defi",
            "term": "0",
            "apy": "0.1014",
            "investData": [{"ccy": code, "amt": amount}],
            "earningData": [{"ccy": code, "earningType": "0", "earnings": brings}],
            "purchasedTime": "1729839328000",
            "tag": "",
            "estSettlementTime": "",
            "cancelRedemptionDeadline": "",
            "fastRedemptionData": [],
        }
        for number, (code, amount, state, brings) in enumerate(orders, start=1)
    ]


def valuation(wallets: Wallets, prices: Mapping[str, str], unit: str, now_ms: int) -> Row:
    """What the account is worth in BTC or, by prices in dollars, in USD or USDT."""
    if unit not in ("BTC", "USD", "USDT"):
        raise Refusal(400, "51000", "Parameter ccy error")
    worth = bitcoin if unit == "BTC" else dollars
    parts = {name: worth(wallets, inside, prices) for name, inside in _VALUED.items()}
    return {
        "details": {name: fixed(amount, _VALUED_PLACES) for name, amount in parts.items()},
        "totalBal": fixed(sum(parts.values(), Fraction(0)), _VALUED_PLACES),
        "ts": str(now_ms),
    }


def configuration(key: Key) -> Row:
    uid = key.uid or DEFAULT_UID
    return {
        "acctLv": "3",
        "acctStpMode": "cancel_maker",
        "autoLoan": True,
        "ctIsoMode": "automatic",
        "enableSpotBorrow": False,
        "greeksType": "PA",
        "ip": ",".join(key.ips),
        "kycLv": "3",
        "label": "read",
        "level": "Lv1",
        "levelTmp": "",
        "liquidationGear": "-1",
        "mainUid": uid,
        "mgnIsoMode": "automatic",
        "opAuth": "0",
        "perm": ",".join(_RIGHTS[right] for right in key.permissions),
        "posMode": "net_mode",
        "roleType": "0",
        "spotOffsetType": "",
        "spotRoleType": "0",
        "spotTraderInsts": [],
        "traderInsts": [],
        "type": "0",
        "uid": uid,
    }


def pending_orders(
    orders: Iterable[Order], params: Mapping[str, str], pairs: Mapping[str, Pair]
) -> list[Row]:
    """The newest first, numbered as the scenario lists them; `after` an order's id, those before it."""
    limit, after = params.get("limit", str(LONGEST_PAGE)), params.get("after", str(10**18))
    for each, text in (("limit", limit), ("after", after)):
        if not (text.isascii() and text.isdigit()):
            raise Refusal(400, "51000", f"Parameter {each} error")
    numbered = [(number, order) for number, order in enumerate(orders, start=1) if number < int(after)]
    most = min(int(limit), LONGEST_PAGE)
    return [_order(number, order, pairs[order.symbol]) for number, order in reversed(numbered)][:most]


def _order(number: int, order: Order, pair: Pair) -> Row:
    return {
        "instType": "SPOT",
        "instId": markets.name(pair),
        "ordId": str(number),
        "clOrdId": "",
        "ccy": "",
        "px": order.price,
        "sz": order.quantity,
        "ordType": "limit",
        "side": order.side,
        "posSide": "net",
        "tdMode": "cash",
        "accFillSz": "0",
        "fillPx": "",
        "fillSz": "0",
        "avgPx": "",
        "state": "live",
        "fee": "0",
        "feeCcy": pair.base,
        "cTime": str(milliseconds_of(order)),
        "uTime": str(milliseconds_of(order)),
    }


def currencies(listed: Mapping[str, Coin]) -> list[Row]:
    return [
        _chain(code, coin, each, main=number == 0)
        for code, coin in listed.items()
        for number, each in enumerate(coin.networks)
    ]


def _chain(code: str, coin: Coin, network: Network, *, main: bool) -> Row:
    return {
        "burningFeeRate": "",
        "canDep": network.deposits,
        "canInternal": True,
        "canWd": network.withdrawals,
        "ccy": code,
        "chain": network.network,
        "ctAddr": "",
        "fee": network.fee,
        "logoLink": "",
        "mainNet": main,
        "maxFee": network.fee,
        "maxWd": network.most,
        "minDep": network.least,
        "minFee": network.fee,
        "minWd": network.least,
        "name": coin.name,
        "needTag": bool(network.tag),
        "usedWdQuota": "0",
        "wdQuota": "10000000",
        "wdTickSz": str(Units.of(network.step).digits),
    }


def addresses(listed: Mapping[str, Coin], code: str) -> list[Row]:
    """Of every network that has one; the tag comes only where there is one."""
    if code not in listed:
        raise Refusal(400, "51000", "Parameter ccy error")
    return [
        {
            "chain": each.network,
            "ctAddr": "",
            "ccy": code,
            "to": "6",
            "addr": each.address,
            "selected": True,
            **({"tag": each.tag} if each.tag else {}),
        }
        for each in listed[code].networks
        if each.address
    ]


def _net(plus: Iterable[str], minus: Iterable[str]) -> str:
    """The sum of decimal texts, some taken off, in whole numbers, so that no digit is lost."""
    signed = [(1, Units.of(text)) for text in plus] + [(-1, Units.of(text)) for text in minus]
    digits = max(units.digits for _, units in signed)
    count = sum(sign * units.count * 10 ** (digits - units.digits) for sign, units in signed)
    return f"{'-' if count < 0 else ''}{Units(abs(count), digits)}"
