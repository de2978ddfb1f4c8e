"""Binance's wallets beside spot, as each family of its paths tells them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cambist.simulator.binance.checks import Refusal, whole_number
from cambist.simulator.pairs import Units
from cambist.simulator.scenario import Balance, WalletName

ZERO = "0.00000000"
PAGE, LONGEST_PAGE = 10, 100
ISOLATED_QUOTE = "USDT"
_FUNDING = ("free", "locked", "freeze", "withdrawing")
_LENT = ("borrowed", "free", "interest", "locked")

Row = dict[str, Any]
Held = Mapping[str, Balance]
Params = Mapping[str, str]


def net(plus: Iterable[str], minus: Iterable[str] = ()) -> str:
    """The sum of some decimal texts less that of others, in whole numbers and text."""
    parts = [*map(Units.of, plus), *(Units.of(text).times(-1) for text in minus)]
    digits = max(part.digits for part in parts)
    count: int = sum(part.count * 10 ** (digits - part.digits) for part in parts)
    return "-" * (count < 0) + str(Units(abs(count), digits))


def some(amount: str) -> bool:
    return amount.strip("-0.") != ""


def funding(held: Held, params: Params) -> list[Row]:
    rows = (
        {"asset": asset, **{name: getattr(balance, name) for name in _FUNDING}, "btcValuation": "0"}
        for asset, balance in held.items()
        if params.get("asset", asset) == asset
    )
    return [row for row in rows if any(some(row[name]) for name in _FUNDING)]


def earn_flexible(held: Held, params: Params) -> Row:
    def row(number: int, asset: str, amount: str) -> Row:
        return {
            "totalAmount": amount,
            "latestAnnualPercentageRate": "0.02599895",
            "asset": asset,
            "canRedeem": True,
            "collateralAmount": ZERO,
            "productId": f"{asset}{number:03d}",
            "yesterdayRealTimeRewards": ZERO,
            "cumulativeTotalRewards": ZERO,
            "autoSubscribe": True,
        }

    return _page([row(*each) for each in _subscribed(held, params)], params)


def earn_locked(held: Held, params: Params) -> Row:
    def row(number: int, asset: str, amount: str) -> Row:
        return {
            "positionId": number,
            "projectId": f"{asset}*90",
            "asset": asset,
            "amount": amount,
            "purchaseTime": "1646182276000",
            "duration": "90",
            "accrualDays": "4",
            "rewardAsset": asset,
            "APY": "0.2032",
            "rewardAmt": "5.17181528",
            "redeemingAmt": ZERO,
            "canRedeemEarly": True,
            "autoSubscribe": True,
            "type": "AUTO",
            "status": "HOLDING",
        }

    return _page([row(*each) for each in _subscribed(held, params)], params)


def cross_margin(held: Held, _: Params) -> Row:
    return {
        "created": True,
        "borrowEnabled": True,
        "marginLevel": "11.64405625",
        "totalAssetOfBtc": ZERO,
        "totalLiabilityOfBtc": ZERO,
        "totalNetAssetOfBtc": ZERO,
        "tradeEnabled": True,
        "transferInEnabled": True,
        "transferOutEnabled": True,
        "accountType": "MARGIN_1",
        "userAssets": [_lent(asset, balance) for asset, balance in held.items()],
    }


def isolated_margin(held: Held, _: Params) -> Row:
    """A pair for every asset against USDT; what is held of USDT is in the first of them."""
    bases = [asset for asset in held if asset != ISOLATED_QUOTE] or ["BTC"] * (ISOLATED_QUOTE in held)
    nothing = Balance(free=ZERO)
    quotes = [held.get(ISOLATED_QUOTE, nothing), *(nothing for _ in bases[1:])]
    return {
        "assets": [
            {
                "baseAsset": _isolated(base, held.get(base, nothing)),
                "quoteAsset": _isolated(ISOLATED_QUOTE, quote),
                "symbol": base + ISOLATED_QUOTE,
                "isolatedCreated": True,
                "enabled": True,
                "marginLevel": "10.00000000",
                "marginLevelStatus": "EXCESSIVE",
                "marginRatio": "10.00000000",
                "tradeEnabled": True,
            }
            for base, quote in zip(bases, quotes, strict=False)
        ],
        "totalAssetOfBtc": ZERO,
        "totalLiabilityOfBtc": ZERO,
        "totalNetAssetOfBtc": ZERO,
    }


def futures(held: Held, _: Params) -> Row:
    """The profit of open positions is in the margin balance; `availableBalance` is not an asset's own."""
    return {
        "totalInitialMargin": ZERO,
        "totalWalletBalance": ZERO,
        "totalUnrealizedProfit": ZERO,
        "totalMarginBalance": ZERO,
        "availableBalance": ZERO,
        "assets": [_future(asset, balance) for asset, balance in held.items()],
        "positions": [
            {
                "symbol": f"BTC{asset}",
                "positionSide": "BOTH",
                "positionAmt": "1.000",
                "unrealizedProfit": balance.unrealized,
                "isolatedMargin": ZERO,
                "notional": ZERO,
                "isolatedWallet": ZERO,
                "initialMargin": balance.locked,
                "maintMargin": ZERO,
                "updateTime": 0,
            }
            for asset, balance in held.items()
            if some(balance.unrealized)
        ],
    }


def portfolio_margin(held: Held, params: Params) -> Any:
    """Cross margin holds everything, and USD-M positions the profit; one row where `asset` names one."""
    rows = [
        {
            "asset": asset,
            "totalWalletBalance": net((balance.free, balance.locked)),
            "crossMarginAsset": net((balance.free, balance.locked)),
            "crossMarginBorrowed": balance.borrowed,
            "crossMarginFree": balance.free,
            "crossMarginInterest": balance.interest,
            "crossMarginLocked": balance.locked,
            "umWalletBalance": ZERO,
            "umUnrealizedPNL": balance.unrealized,
            "cmWalletBalance": ZERO,
            "cmUnrealizedPNL": "",
            "updateTime": 1_617_939_110_373,
            "negativeBalance": "0",
        }
        for asset, balance in held.items()
        if params.get("asset", asset) == asset
    ]
    if "asset" not in params:
        return rows
    if not rows:
        raise Refusal(400, -1102, "Mandatory parameter 'asset' was not sent, was empty/null, or malformed.")
    return rows[0]


def _subscribed(held: Held, params: Params) -> list[tuple[int, str, str]]:
    return [
        (number, asset, net((balance.free, balance.locked)))
        for number, (asset, balance) in enumerate(held.items(), start=1)
        if params.get("asset", asset) == asset and some(net((balance.free, balance.locked)))
    ]


def _page(rows: list[Row], params: Params) -> Row:
    current = whole_number("current", params.get("current", "1"))
    size = whole_number("size", params.get("size", str(PAGE)))
    if current < 1 or not 1 <= size <= LONGEST_PAGE:
        raise Refusal(400, -1100, "Illegal characters found in a parameter.")
    return {"rows": rows[(current - 1) * size : current * size], "total": len(rows)}


def _lent(asset: str, balance: Balance) -> Row:
    amounts = {name: getattr(balance, name) for name in _LENT}
    owned = net((balance.free, balance.locked), (balance.borrowed, balance.interest))
    return {"asset": asset, **amounts, "netAsset": owned}


def _isolated(asset: str, balance: Balance) -> Row:
    whole = net((balance.free, balance.locked))
    return {
        **_lent(asset, balance),
        "borrowEnabled": True,
        "netAssetOfBtc": ZERO,
        "repayEnabled": True,
        "totalAsset": whole,
    }


def _future(asset: str, balance: Balance) -> Row:
    wallet = net((balance.free, balance.locked))
    return {
        "asset": asset,
        "walletBalance": wallet,
        "unrealizedProfit": balance.unrealized,
        "marginBalance": net((wallet, balance.unrealized)),
        "maintMargin": ZERO,
        "initialMargin": balance.locked,
        "positionInitialMargin": balance.locked,
        "openOrderInitialMargin": ZERO,
        "crossWalletBalance": wallet,
        "crossUnPnl": balance.unrealized,
        "availableBalance": "126.72469206",
        "maxWithdrawAmount": wallet,
        "updateTime": 1_625_474_304_765,
    }


@dataclass(frozen=True, slots=True)
class Played:
    """A wallet's call: what it weighs, the parameters it reads beside the signed ones, its answer."""

    wallet: WalletName
    weight: int
    parameters: frozenset[str]
    answer: Callable[[Held, Params], Any]


_NONE: frozenset[str] = frozenset()
_PAGED = frozenset({"asset", "productId", "positionId", "current", "size"})
_OF_ASSET = frozenset({"asset", "needBtcValuation"})
WALLETS: Mapping[tuple[str, str], Played] = {
    ("POST", "/sapi/v1/asset/get-funding-asset"): Played("funding", 1, _OF_ASSET, funding),
    ("GET", "/sapi/v1/simple-earn/flexible/position"): Played("earn_flexible", 150, _PAGED, earn_flexible),
    ("GET", "/sapi/v1/simple-earn/locked/position"): Played("earn_locked", 150, _PAGED, earn_locked),
    ("GET", "/sapi/v1/margin/account"): Played("cross_margin", 10, _NONE, cross_margin),
    ("GET", "/sapi/v1/margin/isolated/account"): Played("isolated_margin", 10, _NONE, isolated_margin),
    ("GET", "/fapi/v2/account"): Played("futures_usdm", 5, _NONE, futures),
    ("GET", "/fapi/v3/account"): Played("futures_usdm", 5, _NONE, futures),
    ("GET", "/dapi/v1/account"): Played("futures_coinm", 5, _NONE, futures),
    ("GET", "/papi/v1/balance"): Played("portfolio_margin", 20, _OF_ASSET, portfolio_margin),
}
