"""The sources of Binance's and Binance US's ledgers: what each tells, how far back, of whose wallets."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from cambist.core.ledger import Asked, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.binance import american, conversions, flows, income, payments, rewards
from cambist.exchanges.dialects.binance.fills import Fills
from cambist.exchanges.dialects.binance.histories import MONTH, History, Params

_WEEK = timedelta(days=7)
# The exchange tells of three, six and eighteen months; of each a little less is asked for.
_THREE_MONTHS = timedelta(days=88)
_SIX_MONTHS = timedelta(days=178)
_EIGHTEEN_MONTHS = timedelta(days=540)

_IN, _OUT = EntryKind.DEPOSIT, EntryKind.WITHDRAWAL
_FEE, _MOVE, _TRADE = EntryKind.FEE, EntryKind.TRANSFER, EntryKind.TRADE
_REWARD, _INTEREST = EntryKind.REWARD, EntryKind.INTEREST
_INCOME = (EntryKind.REALISED, EntryKind.FUNDING, _FEE, _MOVE, _REWARD, _TRADE)


def _terms(
    name: str,
    kinds: Iterable[EntryKind],
    *wallets: str,
    reach: timedelta | None = None,
    by_asset: bool = False,
) -> Terms:
    return Terms(name, frozenset(kinds), reach, frozenset(wallets), by_asset)


def _coins(_: Market, asked: Asked) -> Mapping[str, Params]:
    """Coin by coin, as Binance US wants it."""
    return {coin: {"coin": coin} for coin in sorted(asked.assets)}


_TRANSFERS = History(
    "sapi_get_asset_transfer",
    payments.transfers,
    100,
    variants=payments.ways_of,
    limit="size",
    page="current",
)
_FIAT = History(
    "sapi_get_fiat_orders",
    payments.fiat,
    500,
    again=_WEEK,
    variants=payments.fiat_ways,
    start="beginTime",
    limit="rows",
    page="page",
)
_PURCHASES = History(
    "sapi_get_fiat_payments",
    conversions.purchases,
    500,
    again=_WEEK,
    variants=payments.fiat_ways,
    start="beginTime",
    limit="rows",
    page="page",
)
_P2P = History(
    "sapi_get_c2c_ordermatch_listuserorderhistory",
    payments.p2p,
    100,
    span=MONTH,
    again=_WEEK,
    variants=payments.p2p_sides,
    start="startTimestamp",
    end="endTimestamp",
    limit="rows",
    page="page",
)
_FLEXIBLE = History(
    "sapi_get_simple_earn_flexible_history_rewardsrecord",
    rewards.flexible,
    100,
    again=timedelta(days=2),
    variants=rewards.all_kinds,
    limit="size",
    page="current",
)
_LOCKED = History(
    "sapi_get_simple_earn_locked_history_rewardsrecord",
    rewards.locked,
    100,
    again=timedelta(days=2),
    limit="size",
    page="current",
)
_MARGIN_INTEREST = History(
    "sapi_get_margin_interesthistory", rewards.interest, 100, span=MONTH, limit="size", page="current"
)
_PORTFOLIO_INTEREST = History(
    "papi_get_margin_margininteresthistory",
    rewards.interest,
    100,
    span=MONTH,
    variants=income.of("portfolio_margin"),
    limit="size",
    page="current",
)


def _incomes(call: str, wallet: str) -> History:
    return History(call, income.incomes, 1_000, span=MONTH, variants=income.of(wallet), page="page")


LEDGER: tuple[LedgerSource, ...] = (
    History("sapi_get_capital_deposit_hisrec", flows.deposits, 1_000, again=_WEEK, page="offset").source(
        _terms("deposits", (_IN,), "spot", "funding")
    ),
    History("sapi_get_capital_withdraw_history", flows.withdrawals, 1_000, again=_WEEK, page="offset").source(
        _terms("withdrawals", (_OUT, _FEE), "spot", "funding")
    ),
    _FIAT.source(_terms("fiat", (_IN, _OUT, _FEE), "spot")),
    _PURCHASES.source(_terms("fiat_purchases", (_IN, _TRADE, _FEE), "spot")),
    _P2P.source(_terms("p2p", (_IN, _OUT, _FEE), "funding", reach=_SIX_MONTHS)),
    History("sapi_get_pay_transactions", payments.pay, 100).source(
        _terms("pay", (_MOVE,), "spot", "funding", "earn_flexible", reach=_EIGHTEEN_MONTHS)
    ),
    _TRANSFERS.source(_terms("transfers", (_MOVE,), *payments.MOVED, reach=_SIX_MONTHS)),
    History("sapi_get_asset_assetdividend", rewards.dividends, 500).source(
        _terms("distributions", (_REWARD,), "spot")
    ),
    _FLEXIBLE.source(_terms("flexible_rewards", (_REWARD,), "spot", "earn_flexible")),
    _LOCKED.source(_terms("locked_rewards", (_REWARD,), "spot")),
    History("sapi_get_asset_dribblet", conversions.dust, 100).source(_terms("dust", (_TRADE, _FEE), "spot")),
    History(
        "sapi_get_convert_tradeflow",
        conversions.conversions,
        conversions.MOST_CONVERSIONS,
        span=MONTH,
        again=_WEEK,
    ).source(_terms("conversions", (_TRADE,), "spot", "funding", "earn_flexible")),
    Fills("private_get_mytrades", "spot").source("trades"),
    Fills("sapi_get_margin_mytrades", "cross_margin").source("cross_margin_trades"),
    Fills("sapi_get_margin_mytrades", "isolated_margin", {"isIsolated": "TRUE"}).source(
        "isolated_margin_trades"
    ),
    _MARGIN_INTEREST.source(
        _terms("margin_interest", (_INTEREST,), "cross_margin", "isolated_margin", reach=_THREE_MONTHS)
    ),
    _incomes("fapiprivate_get_income", "futures_usdm").source(
        _terms("futures_income", _INCOME, "futures_usdm", reach=_THREE_MONTHS)
    ),
    _incomes("dapiprivate_get_income", "futures_coinm").source(
        _terms("coin_futures_income", _INCOME, "futures_coinm")
    ),
    Fills("papi_get_margin_mytrades", "portfolio_margin").source("portfolio_trades"),
    _PORTFOLIO_INTEREST.source(
        _terms("portfolio_interest", (_INTEREST,), "portfolio_margin", reach=_THREE_MONTHS)
    ),
    _incomes("papi_get_um_income", "portfolio_margin").source(
        _terms("portfolio_income", _INCOME, "portfolio_margin", reach=_THREE_MONTHS)
    ),
    _incomes("papi_get_cm_income", "portfolio_margin").source(
        _terms("portfolio_coin_income", _INCOME, "portfolio_margin", reach=_THREE_MONTHS)
    ),
)

LEDGER_US: tuple[LedgerSource, ...] = (
    History(
        "sapi_get_capital_deposit_hisrec", flows.deposits, 1_000, again=_WEEK, variants=_coins, page="offset"
    ).source(_terms("deposits", (_IN,), "spot", by_asset=True)),
    History(
        "sapi_get_capital_withdraw_history",
        flows.withdrawals,
        1_000,
        again=_WEEK,
        variants=_coins,
        page="offset",
    ).source(_terms("withdrawals", (_OUT, _FEE), "spot", by_asset=True)),
    History("sapi_get_fiatpayment_query_deposit_history", american.fiat_deposits, 1_000, again=_WEEK).source(
        _terms("fiat_deposits", (_IN,), "spot")
    ),
    History(
        "sapi_get_fiatpayment_query_withdraw_history", american.fiat_withdrawals, 1_000, again=_WEEK
    ).source(_terms("fiat_withdrawals", (_OUT, _FEE), "spot")),
    History("sapi_get_asset_assetdistributionhistory", american.distributions, 500).source(
        _terms("distributions", (_REWARD,), "spot")
    ),
    History("sapi_get_otc_orders", american.otc, 100, again=_WEEK).source(
        _terms("conversions", (_TRADE,), "spot")
    ),
    Fills("private_get_mytrades", "spot").source("trades"),
)
