"""A sync account by account: what is left to read, what was pending, and up to when each has been read."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from cambist.core.ledger import Asked, Entry, Page
from cambist.exchanges.guard import Unusable
from cambist.exchanges.windows import Window, told, window

_ALL_TIME, AGAIN = timedelta(days=36_500), timedelta(minutes=10)
# All of them together are less than a cursor may be.
MOST_TODO, MOST_READ, MOST_WAITING = 400, 500, 100

_MILLISECOND = timedelta(milliseconds=1)


class Item(msgspec.Struct, frozen=True, array_like=True):
    """What is to be read: an account's rows after one of them, or one row that was pending."""

    wallet: str
    account: str
    after: str = ""
    row: str = ""


class _Sync(msgspec.Struct, array_like=True):
    """window: as `windows` writes it. todo: what is left of this sync; waiting: for the next.

    read: up to when an account has been read, in ms since 1970: only those are read whose amounts changed,
    which is found out late, and a deposit is listed long before it changes an amount. So each account is read
    back to where it was read before.
    """

    window: str = ""
    todo: list[Item] = []
    waiting: list[Item] = []
    read: dict[str, int] = {}

    def start_of(self, account: str, stretch: Window) -> int:
        """From when on an account has to be read; what was read last is read again, for rows come late."""
        read = self.read.get(account, stretch.known_from)
        return max(stretch.known_from, read - AGAIN // _MILLISECOND)

    def take(self, item: Item, answer: "Told", stretch: Window) -> None:
        """Of more accounts than there is room for, those read longest ago will be read from the beginning."""
        if answer.after:
            self.todo.insert(0, Item(item.wallet, item.account, after=answer.after))
        elif not item.row:
            self.read.pop(item.account, None)
            self.read = dict([*self.read.items(), (item.account, stretch.end)][-MOST_READ:])
        waiting = (Item(item.wallet, item.account, row=row) for row in answer.pending)
        self.waiting = list(dict.fromkeys([*self.waiting, *waiting]))[-MOST_WAITING:]


@dataclass(frozen=True, slots=True)
class Told:
    """What one call told: entries, what came to nothing, the rows that still may, where it goes on."""

    entries: Sequence[Entry] = ()
    void: Sequence[str] = ()
    pending: Sequence[str] = ()
    after: str = ""


_sync = msgspec.json.Decoder(_Sync)


async def next_page(
    asked: Asked,
    accounts: Callable[[], Awaitable[list[Item]]],
    read: Callable[[Item, int], Awaitable[Told]],
) -> Page:
    """The page that one call tells; the first of a sync lists the accounts as well.

    accounts: those of what changed. read: what is to be read, from a time on in ms since 1970. What comes
    while a sync goes on is the next one's. Raises Unusable.
    """
    sync = _sync.decode(asked.cursor) if asked.cursor else _Sync()
    stretch = window(replace(asked, cursor=sync.window), _ALL_TIME)
    if not stretch.at:
        changed = await accounts() if asked.assets else []
        if len(changed) > MOST_TODO:
            raise Unusable(f"more than {MOST_TODO} accounts have changed")
        sync.todo, sync.waiting = [*changed, *sync.waiting], []
    answer = Told()
    if sync.todo:
        item = sync.todo.pop(0)
        answer = await read(item, sync.start_of(item.account, stretch))
        sync.take(item, answer, stretch)
    stretch = msgspec.structs.replace(stretch, at="")
    page = told(stretch, asked, answer.entries, "on" if sync.todo else "", answer.void)
    sync.window = page.cursor
    return replace(page, cursor=msgspec.json.encode(sync).decode())
