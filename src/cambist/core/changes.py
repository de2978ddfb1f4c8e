"""What a complete load found changed since the complete load before, and what of it stays unexplained.

Rules: the specification's arithmetic page, "Flows".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from cambist.core.flows import Change, times
from cambist.core.money import ZERO, exact
from cambist.core.terms import WalletBalances

# What is worth less is no sign of theft: earn wallets grow by the minute and are told of later.
LEAST_TOLD_USD = Decimal(1)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a complete load counted: the total of each asset, and by which wallets.

    unpriced: assets that had no price. marked_to_market: assets that may have open positions, which move by
    themselves: those of wallets of positions, and whose total is neither free + locked, as exchanges tell
    them that take debts off, nor that − borrowed − interest.
    """

    at: datetime
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    wallets: frozenset[str] = frozenset()
    unpriced: frozenset[str] = frozenset()
    marked_to_market: frozenset[str] = frozenset()


def totals_of(
    at: datetime,
    wallets: Sequence[WalletBalances],
    priced: Iterable[str],
    positions: frozenset[str] = frozenset(),
) -> Totals:
    """priced: the assets that a load had a route of. positions: as the market has them."""
    amounts: dict[str, Decimal] = {}
    marked: set[str] = set()
    with exact():
        for wallet in wallets:
            has_positions = wallet.wallet in positions
            for asset, _, free, locked, total, borrowed, interest in wallet.balances:
                amounts[asset] = amounts[asset] + total if asset in amounts else total
                if has_positions:
                    moves = bool(total)
                elif locked or borrowed or interest:
                    told = free + locked
                    moves = total not in (told, told - borrowed - interest)
                else:
                    moves = total != free
                if moves:
                    marked.add(asset)
    unpriced = frozenset(asset for asset in amounts.keys() - priced if amounts[asset])
    return Totals(at, amounts, frozenset(w.wallet for w in wallets), unpriced, frozenset(marked))


def moved(last: Totals, now: Totals) -> dict[str, Decimal]:
    """{asset: by how much its total is another}."""
    if last.amounts == now.amounts:
        return {}
    before, after = last.amounts, now.amounts
    with exact():
        by = {asset: after.get(asset, ZERO) - before.get(asset, ZERO) for asset in {**before, **after}}
    return {asset: amount for asset, amount in by.items() if amount}


def came_and_went(
    before: Sequence[WalletBalances], after: Sequence[WalletBalances], mirrors: Mapping[str, str]
) -> dict[tuple[str, str], Decimal]:
    """{(wallet, asset): what its total counts for}, of wallets that only one of two loads counted.

    mirrors: {code: the wallet that tells of the same thing itself}: such rows of others come as it goes.
    """
    were, are = {wallet.wallet for wallet in before}, {wallet.wallet for wallet in after}
    found: dict[tuple[str, str], Decimal] = {}
    with exact():
        for wallets, others, sign in ((after, were, 1), (before, are, -1)):
            for wallet in wallets:
                for balance in wallet.balances:
                    is_there = wallet.wallet in others
                    mirrored = mirrors.get(balance.code)
                    if not is_there or (mirrored in others and mirrored not in were & are):
                        place = wallet.wallet, balance.asset
                        found[place] = found.get(place, ZERO) + sign * balance.total
    return {place: amount for place, amount in found.items() if amount}


def unexplained(noted: Iterable[tuple[Change, bool]], before: datetime) -> Iterator[Change]:
    """What is worth telling and not told yet, was noted by then, and no change beside it makes up for.

    noted: changes with residuals, each with whether it was told. Those of one asset whose stretches of time
    adjoin are one: its amount is what they leave together, its price the last one's. So what goes bit by bit
    is told once it is worth telling together.
    """
    for chain in _chains(noted):
        with exact():
            left = sum((change.residual for change, _ in chain), ZERO)
        untold = [change for change, told in chain if not told and change.at <= before]
        if left and untold:
            with exact():
                amount = sum((change.residual for change in untold), ZERO)
            told = replace(untold[-1], since=untold[0].since, amount=amount, residual=amount)
            if told.price is None or times(amount, told.price).usd.copy_abs() >= LEAST_TOLD_USD:
                yield told


def _chains(noted: Iterable[tuple[Change, bool]]) -> Iterator[list[tuple[Change, bool]]]:
    chain: list[tuple[Change, bool]] = []
    for each in sorted(noted, key=lambda one: (one[0].asset, one[0].at)):
        if chain and (chain[-1][0].asset, chain[-1][0].at) != (each[0].asset, each[0].since):
            yield chain
            chain = []
        chain.append(each)
    if chain:
        yield chain
