"""Value the entries of a ledger, each by the prices of its own time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cambist.actions.past_prices import PastPrices
from cambist.core.ledger import NET_FLOWS, Booked, Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Worth


def portions(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """The entries in their order, so many at a time, or a few more: no trade is cut in two."""
    start = 0
    for end in range(1, len(entries) + 1):
        is_within = end < len(entries) and entries[end].group and entries[end].group == entries[end - 1].group
        if end == len(entries) or (end - start >= size and not is_within):
            yield entries[start:end]
            start = end


async def value_entries(prices: PastPrices, source: str, entries: Sequence[Entry]) -> list[Booked]:
    """The entries with their worths, in their order. Raises LoadFailed.

    A trade's legs are worth what was paid in its quote, with opposite signs: so it moves worth from one
    asset to another and adds nothing. Net flows come first, for candles are asked for so often only.
    """
    quotes = _quotes(entries)
    valued: dict[str, Booked] = {}
    for entry in sorted(entries, key=lambda each: each.kind not in NET_FLOWS):
        quote = quotes.get(entry.group) if entry.kind is EntryKind.TRADE else None
        by = entry if quote is None else quote
        if by.id in valued:
            worth, estimated = valued[by.id].worth, valued[by.id].estimated
        else:
            surely = entry.kind in NET_FLOWS
            worth, estimated = await prices.worth(by.asset, by.amount, by.at, surely=surely)
        valued.setdefault(by.id, Booked(source, by, worth, estimated))
        if by is not entry:
            valued[entry.id] = Booked(source, entry, None if worth is None else _opposite(worth), estimated)
    return [valued[entry.id] for entry in entries]


def _quotes(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The quote of each trade that has one, and one other leg, by its group."""
    legs: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.kind is EntryKind.TRADE and entry.group:
            legs[entry.group].append(entry)
    return {
        group: quote
        for group, both in legs.items()
        if len(both) == 2 and len(told := [each for each in both if each.quote]) == 1
        for quote in told
    }


def _opposite(worth: Worth) -> Worth:
    with exact():
        return Worth(-worth.btc, -worth.usd, worth.rate)
