"""What a bill of spot, or of a unified account's funds, is about: by its group, then by its words."""

from decimal import Decimal

from cambist.core.ledger import EntryKind

_BY_GROUP = {
    "deposit": EntryKind.DEPOSIT,
    "withdraw": EntryKind.WITHDRAWAL,
    "convert": EntryKind.TRADE,
}
# Fiat (as Bitget spells it, too), and coins of other people: what is paid for them was never in the account,
# or left it in a bill of this group, of which the other half may be a deposit.
_IN_AND_OUT = frozenset({"fait", "fiat", "c2c"})
_OF_TRADES = {"FEE": EntryKind.FEE, "BUY": EntryKind.TRADE, "SELL": EntryKind.TRADE}
_GAINS = ("INTEREST", "REWARD", "AIRDROP", "REBATE", "BONUS", "DIVIDEND", "VOUCHER", "CASHBACK")


def kind_of(group: str, business: str, change: Decimal) -> EntryKind:
    """The kind of a bill; what nobody can name is a transfer: a net flow, with its sign, never profit.

    Such are moves to and from other wallets and products: earn tells its own, bots and loans tell nothing.
    """
    group, words = group.lower(), business.upper()
    if group in _BY_GROUP:
        return _BY_GROUP[group]
    if group in _IN_AND_OUT:
        return EntryKind.DEPOSIT if change > 0 else EntryKind.WITHDRAWAL
    if group == "loan":
        return EntryKind.INTEREST if "INTEREST" in words else EntryKind.TRANSFER
    if any(word in words for word in _GAINS):
        return EntryKind.REWARD
    if group == "transaction":
        return next((kind for word, kind in _OF_TRADES.items() if word in words), EntryKind.TRANSFER)
    return EntryKind.TRANSFER


def on_a_network(group: str) -> bool:
    """Whether bills of a group have transactions: of fiat, and between people, there are none."""
    return group.lower() in ("deposit", "withdraw")


KINDS = frozenset(
    {
        *_BY_GROUP.values(),
        EntryKind.FEE,
        EntryKind.INTEREST,
        EntryKind.REWARD,
        EntryKind.TRANSFER,
    }
)
