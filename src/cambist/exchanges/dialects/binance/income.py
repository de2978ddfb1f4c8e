"""What Binance's futures accounts were paid and charged, as their income tells it."""

from collections.abc import Callable, Iterator, Mapping

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from cambist.core.ledger import Asked, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance.histories import Params, listed
from cambist.exchanges.guard import number
from cambist.exchanges.ledger_rows import Told, entry

log = structlog.get_logger(__name__)

_KINDS = {
    **dict.fromkeys(
        ("TRANSFER", "INTERNAL_TRANSFER", "CROSS_COLLATERAL_TRANSFER", "STRATEGY_UMFUTURES_TRANSFER"),
        EntryKind.TRANSFER,
    ),
    **dict.fromkeys(
        ("REALIZED_PNL", "INSURANCE_CLEAR", "DELIVERED_SETTELMENT", "OPTIONS_SETTLE_PROFIT"),
        EntryKind.REALISED,
    ),
    "FUNDING_FEE": EntryKind.FUNDING,
    **dict.fromkeys(("COMMISSION", "OPTIONS_PREMIUM_FEE", "POSITION_LIMIT_INCREASE_FEE"), EntryKind.FEE),
    **dict.fromkeys(
        (
            "WELCOME_BONUS",
            "REFERRAL_KICKBACK",
            "COMMISSION_REBATE",
            "API_REBATE",
            "CONTEST_REWARD",
            "FEE_RETURN",
            "BFUSD_REWARD",
        ),
        EntryKind.REWARD,
    ),
    **dict.fromkeys(("AUTO_EXCHANGE", "COIN_SWAP_DEPOSIT", "COIN_SWAP_WITHDRAW"), EntryKind.TRADE),
}
# Between the parts of a portfolio margin account, which is one wallet.
_INSIDE_PORTFOLIO = "TRANSFER"


class _Income(msgspec.Struct, rename="camel"):
    symbol: str
    income_type: str
    income: str
    asset: str
    time: int
    tran_id: int | str
    trade_id: str | UnsetType = UNSET


_incomes = msgspec.json.Decoder(list[_Income])


def of(wallet: str) -> Callable[[Market, Asked], Mapping[str, Params]]:
    """Asks once for each window, of that wallet."""
    return lambda _, __: {wallet: {}}


def incomes(raw: bytes, market: Market, wallet: str) -> Iterator[Told]:
    """Each with its own sign. The exchange's ids are of one type only, of which one may tell two assets."""
    for row in listed(_incomes, raw, "a list of income"):
        name = f"{row.income_type}:{row.tran_id}:{row.trade_id or ''}:{row.symbol}:{row.asset}"
        kind = _kind(row.income_type)
        amount = number(row.income)
        if wallet == "portfolio_margin" and row.income_type == _INSIDE_PORTFOLIO:
            yield Told(name, row.time)
            continue
        group = f"{row.income_type}:{row.tran_id}" if kind is EntryKind.TRADE else ""
        tx = str(row.tran_id) if kind is EntryKind.TRANSFER else ""
        yield Told(
            name,
            row.time,
            entry(market, name, row.time, kind, row.asset, amount, wallet, group=group, tx=tx),
        )


def _kind(income_type: str) -> EntryKind:
    """A type that is not known is left out of profit, as what nobody can explain is."""
    kind = _KINDS.get(income_type)
    if kind is None:
        log.warning("income of an unknown type", type=income_type[:40])
        return EntryKind.TRANSFER
    return kind
