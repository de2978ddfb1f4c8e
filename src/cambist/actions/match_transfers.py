"""Match transfers between a user's own accounts: what arrives in one is what left another."""

from collections import defaultdict
from collections.abc import Collection

from cambist.actions.flow_facts import Candidate
from cambist.actions.ports import Outside
from cambist.core.transfers import matched


async def match_transfers(outside: Outside, user_id: int, transactions: Collection[str]) -> int:
    """How many were matched, by what their ends know them by: whichever end was told first."""
    if not transactions:
        return 0
    ends: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for end in await outside.flows.candidates_to_match(user_id, transactions):
        if not end.booked.matched:
            ends[end.booked.entry.tx, end.booked.entry.asset].append(end)
    count = 0
    for of_one in ends.values():
        both = [(end, end.booked.entry) for end in of_one]
        left = [each for each in both if each[1].amount < 0]
        arrived = [each for each in both if each[1].amount > 0]
        for start, end in matched(left, arrived):
            if start.account_id != end.account_id:
                count += await outside.flows.match(start.place, end.place)
    return count
