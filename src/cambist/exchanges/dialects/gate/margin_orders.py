"""Gate's orders of isolated margin, pair by pair: finished ones, and what open ones were filled so far.

An order is told of once it is finished, at its end. One that was seen open is told of step by step instead:
each sync tells what was filled since the one before, at the order's last change, and its end tells the rest.
So each step stands where the balance has it, and none moves when the order ends days later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, Page
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialects.gate.isolated_margin import orders_answer
from cambist.exchanges.dialects.gate.pages import History
from cambist.exchanges.guard import Unusable, number
from cambist.exchanges.ledger_rows import Told

# Of so many orders that were open, those read last, it is remembered what was told of them.
MOST_REMEMBERED = 200
PAGE, _MOST_PAGES = 100, 5
# Which pairs have orders to tell, loads find out later: a day is read again.
_FINISHED = History(
    "private_spot_get_orders",
    orders_answer,
    1_000,
    {"status": "finished", "account": "margin"},
    by_pair=True,
    again=timedelta(days=1),
)


class _Place(msgspec.Struct, array_like=True):
    """window: the cursor of finished orders. told: by order that was open, what was told of each of
    its parts; the one read last is the last.
    """

    window: str = ""
    told: dict[str, dict[str, str]] = {}

    def remember(self, order: str) -> None:
        self.told[order] = self.told.pop(order, {})
        while len(self.told) > MOST_REMEMBERED:
            del self.told[next(iter(self.told))]

    def since_then(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """What is in orders' entries and was not told yet: all of an order that was never open.

        A step's id says where it begins, so that one told again, and longer by now, replaces itself.
        """
        for each in entries:
            parts = self.told.get(each.group)
            if parts is None:
                yield each
                continue
            part = each.id.rpartition(":")[2]
            before = parts.get(part, "0")
            parts[part] = f"{each.amount:f}"
            with exact():
                more = each.amount - number(before)
            if more:
                yield replace(each, id=each.id if before == "0" else f"{each.id}:{before}", amount=more)


_place = msgspec.json.Decoder(_Place)


async def read(client: Any, market: Market, asked: Asked) -> Page:
    """The next page of finished orders; after the last one of a pair its open ones. Raises Unusable."""
    place = _place.decode(asked.cursor) if asked.cursor else _Place()
    opened: list[Told] = []

    async def ended(pair: str) -> None:
        opened.extend(await _open(client, market, pair))

    history = replace(_FINISHED, ended=ended)
    page = await history.read(client, market, replace(asked, cursor=place.window))
    finished = {each.group for each in page.entries}
    for order in finished & place.told.keys():
        place.remember(order)
    entries = [*place.since_then(page.entries)]
    for row in opened:
        if row.entries and row.id not in finished:
            place.remember(row.id)
            entries += (each for each in place.since_then(row.entries) if each.at >= page.known_from)
    cursor = msgspec.json.encode(_Place(page.cursor, place.told)).decode()
    return replace(page, entries=tuple(entries), cursor=cursor)


async def _open(client: Any, market: Market, pair: str) -> list[Told]:
    """GET /spot/orders of a pair that are open: a hundred at once, whenever they were placed."""
    found: dict[str, Told] = {}
    question = {"status": "open", "account": "margin", "currency_pair": pair, "limit": PAGE}
    for page in range(1, _MOST_PAGES + 1):
        client.raw = client.large = True
        rows = orders_answer(await client.private_spot_get_orders({**question, "page": page}), market)
        if len(rows) > PAGE or not all(row.id for row in rows):
            raise Unusable("the answer has more rows than were asked for, or some without an id")
        is_new = any(row.id not in found for row in rows)
        found |= {row.id: row for row in rows}
        if len(rows) < PAGE or not is_new:
            break
    return [*found.values()]
