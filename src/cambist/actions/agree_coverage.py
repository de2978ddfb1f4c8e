"""Agree what an account covers: the wallets wanted of its market, those that answered, none counted twice."""

from collections.abc import Collection, Iterable

from cambist.actions.facts import Reading
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput, KeysRejected, NotOffered
from cambist.core.terms import Coverage, Market, MissingWallet, WalletCame

NOT_ASKED_FOR = "was not asked for"


def wallets_wanted(market: Market, named: Collection[str]) -> tuple[str, ...]:
    """The wallets to read: all of the market, or those named and its base wallet, in the market's order.

    The base wallet is always read, for it alone tells whether keys are good. Raises InvalidInput for a
    wallet that the market has not.
    """
    unknown = sorted(set(named) - set(market.wallets))
    if unknown:
        there_are = f"must be of {', '.join(market.wallets)}"
        raise InvalidInput({"wallets": [there_are]})
    base = market.wallets[0]
    return tuple(wallet for wallet in market.wallets if not named or wallet == base or wallet in named)


def agreed(
    market: Market, named: Collection[str], reading: Reading, before: Coverage | None = None
) -> Coverage:
    """What an account covers from now on. Raises the LoadFailed of a wallet that must not be left out.

    The base wallet has answered, so keys that are refused for another lack a permission: it is left out, as
    is one that the exchange has not opened for this account. Neither may be so of a wallet that was named,
    or, where none was, of one covered already. before: what the account has covered until now.
    """
    kept = () if before is None else before.wallets
    wanted = named or kept
    left_out = dict.fromkeys(market.wallets, NOT_ASKED_FOR) if named else {}
    for wallet, failure in reading.failures.items():
        if wallet in wanted or not isinstance(failure, KeysRejected | NotOffered):
            raise failure
        rejected = isinstance(failure, KeysRejected)
        left_out[wallet] = "the keys may not read it" if rejected else str(failure)
    covered = {wallet.wallet for wallet in reading.answered}
    return Coverage(
        wallets=tuple(wallet for wallet in market.wallets if wallet in covered),
        not_covered=tuple(
            MissingWallet(wallet, left_out[wallet])
            for wallet in market.wallets
            if wallet in left_out and wallet not in covered
        ),
        came=() if before is None else _came(before, reading),
    )


def _came(before: Coverage, reading: Reading) -> tuple[WalletCame, ...]:
    """The wallets read that were not covered from the beginning; new ones since they were read."""
    known = {came.wallet: came for came in before.came}
    return tuple(
        known.get(read.wallet, WalletCame(read.wallet, read.read_at))
        for read in reading.answered
        if read.wallet in known or read.wallet not in before.wallets
    )


def markets_of_exchange(outside: Outside, market: Market) -> tuple[str, ...]:
    """The codes of all markets whose accounts are on the same exchange, where one uid is one account."""
    listed: Iterable[str] = (m.code for m in outside.exchanges.markets() if m.ccxt_id == market.ccxt_id)
    return tuple(sorted({*listed, market.code, market.ccxt_id}))
