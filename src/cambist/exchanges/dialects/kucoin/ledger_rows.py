"""What a row of KuCoin's account ledgers changed, and what kind of change its type is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.guard import Unusable, number
from cambist.exchanges.ledger_rows import amount, entry

# By type, in capitals: one ledger says "KCS Pay Fees" where another says KCS_DEDUCTION_FEES. What is not here
# is a transfer: between accounts, sub-accounts or users, to what is lent, or what nobody can say of.
_KINDS = {
    **dict.fromkeys(("DEPOSIT", "FIAT_DEPOSIT", "BUY_CRYPTO", "BANK_CARD_DEAL"), EntryKind.DEPOSIT),
    **dict.fromkeys(("WITHDRAWAL", "WITHDRAW", "FIAT_WITHDRAWAL", "SELL_CRYPTO"), EntryKind.WITHDRAWAL),
    **dict.fromkeys(
        (
            *("EXCHANGE", "TRADE_EXCHANGE", "SPOT", "SPOT_EXCHANGE", "INSTANT_EXCHANGE", "CONVERT_TO_KCS"),
            *("MARGIN_EXCHANGE", "MARGIN_TRADE", "CROSS_MARGIN", "CROSS_MARGIN_TRADING"),
            *("ISOLATED_EXCHANGE", "ISOLATED_MARGIN_TRADING", "AUTO_EXCHANGE_USER"),
            "PUBLIC_OFFERING_PURCHASE",
        ),
        EntryKind.TRADE,
    ),
    **dict.fromkeys(
        (
            *("KUCOIN_BONUS", "REFERRAL_BONUS", "KCS_BONUS", "BONUS_RECEIVED", "REWARDS", "OTHER_REWARDS"),
            *("PLATFORM_REWARD_WITHDRAW", "KUCOIN_EVENT", "DISTRIBUTION", "AIRDROP_FORK", "MINING_INCOME"),
            *("FEE_REBATE", "REBATE", "SPOT_EXCHANGE_REBATE", "FUTURES_EXCHANGE_REBATE"),
            *("STAKING_PROFITS", "SOFT_STAKING_PROFITS", "VOTING_EARNINGS", "KUCOIN_EARN_PROFITS"),
            *("HOLD_TO_EARN_EARNINGS", "EARN_RATE_UP_COUPON"),
        ),
        EntryKind.REWARD,
    ),
    **dict.fromkeys(
        (
            *("REFUNDED_FEES", "RETURNED_FEES", "COUPON_RETURNED_FEES", "DEDUCTION_COUPON_REFUND"),
            *("KCS_PAY_FEES", "KCS_FEE_DEDUCTION", "KCS_DEDUCTION_FEES", "DEDUCTION_FEES"),
            *("FEE_REFUNDS_USING_KCS", "KCS_RETURNED_FEES", "LIQUIDATION_FEES"),
        ),
        EntryKind.FEE,
    ),
    **dict.fromkeys(
        (
            *("FUTURES_EXCHANGE_OPEN", "FUTURES_EXCHANGE_CLOSE", "LIQUIDATION", "ASSERT_RETURN"),
            *("LIQUIDATION_TAKEOVER", "RETURN_OF_LIQUIDATION_TAKEOVER"),
        ),
        EntryKind.REALISED,
    ),
    "FUNDING_FEE": EntryKind.FUNDING,
    "LIABILITY_INTEREST": EntryKind.INTEREST,
}
_FROM_OUTSIDE = frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL})
_NO_WORD = re.compile(r"[^A-Z0-9]+")
# Of both ends of it one row tells, in the account that it went from or came back to.
_EARN = re.compile(r"EARN_(LOCK|REDE|SUBSCRI)")
# What is owed is taken off these wallets, so that borrowing and paying back change nothing there. A unified
# account owes what its balance is below nothing, so it has no such rows.
_NET_OF_DEBT = frozenset({"cross_margin", "isolated_margin"})
_DEBT = re.compile(r"BORROW|REPAY|REPAID|LOAN|DEBT")
_MILLISECONDS, _NANOSECONDS = 14, 19


class _Context(msgspec.Struct, rename="camel"):
    symbol: str | None = None
    trade_id: str | int | None = None
    tx_id: str | None = None


_context = msgspec.json.Decoder(_Context)
_NO_CONTEXT = _Context()


@dataclass(frozen=True, slots=True)
class Change:
    """A row, whatever its ledger calls the parts. amount: signed, its fee and tax in it. at: in ms.

    row: its id. context: what it is about.
    """

    row: str
    at: int
    wallet: str
    type: str
    currency: str
    amount: Decimal
    fee: Decimal
    context: _Context

    @property
    def group(self) -> str:
        """A trade's id is one of its pair's."""
        about = self.context
        return f"{about.symbol}:{about.trade_id}" if about.symbol and about.trade_id else ""


def signed(text: str, direction: str) -> Decimal:
    """The change that an amount was. Raises Unusable."""
    told = number(text)
    if told < 0 or direction.lower() not in ("in", "out"):
        raise Unusable("the answer has an amount that goes no way")
    return told if direction.lower() == "in" else told.copy_negate()


def charged(fee: str | None, tax: str | None) -> Decimal:
    """What of an amount went to KuCoin and to the state. Raises Unusable."""
    with exact():
        return amount(fee) + amount(tax)


def at_ms(told: int | str) -> int:
    """Milliseconds since 1970, of these or of nanoseconds. Raises Unusable."""
    text = str(told)
    if not (text.isascii() and text.isdigit() and len(text) in range(1, _NANOSECONDS + 1)):
        raise Unusable("the answer has a time that is none")
    return int(text) // 1_000_000 if len(text) > _MILLISECONDS else int(text)


def about(text: str | None) -> _Context:
    """What a row says that it is about; nothing, where it says it in other words."""
    try:
        return _context.decode(text or "{}")
    except msgspec.DecodeError:
        return _NO_CONTEXT


def entries_of(change: Change, market: Market) -> Iterator[Entry]:
    """The rest of a change, and the fee apart; of what went to or came from earn, its other end too."""
    kind_of = _NO_WORD.sub("_", change.type.upper()).strip("_")
    if change.wallet in _NET_OF_DEBT and _DEBT.search(kind_of):
        return
    kind = _KINDS.get(kind_of, EntryKind.TRANSFER)
    group = change.group if kind is EntryKind.TRADE else ""
    at, name, code = change.at, f"{change.wallet}:{change.row}", change.currency
    with exact():
        rest = change.amount + change.fee
    tx = (change.context.tx_id or "").partition("@")[0] if kind in _FROM_OUTSIDE else ""
    quote = group.partition(":")[0].endswith(f"-{code}")
    yield from entry(market, name, at, kind, code, rest, change.wallet, group=group, tx=tx, quote=quote)
    paid = change.fee.copy_negate()
    yield from entry(market, f"{name}:fee", at, EntryKind.FEE, code, paid, change.wallet, group=group)
    if _EARN.search(kind_of):
        there = rest.copy_negate()
        yield from entry(market, f"{name}:earn", at, EntryKind.TRANSFER, code, there, "earn")


KINDS = frozenset({*_KINDS.values(), EntryKind.TRANSFER})
