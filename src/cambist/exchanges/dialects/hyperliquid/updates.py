"""Hyperliquid's ledger updates of an address: what came, went and moved, but for trades and funding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.hyperliquid.asking import uid
from cambist.exchanges.dialects.hyperliquid.pages import each_by_name, kept, rows_from, stretch
from cambist.exchanges.dialects.hyperliquid.wallets import COLLATERAL, STAKED, is_in_spot
from cambist.exchanges.guard import Unusable, checked_json, number, shaped
from cambist.exchanges.windows import told

_PERP, _SPOT, _STAKING, _VAULTS, _SOME = "perp", "spot", "hype_staking", "vaults", ""
_MOVE, _FEE, _REWARD = EntryKind.TRANSFER, EntryKind.FEE, EntryKind.REWARD

# What each type did to which wallet, and its sign. Positions that were liquidated are in the fills; what is
# lent and borrowed stays in the total of spot, and its interest is told hour by hour.
_PARTS: dict[str, tuple[tuple[EntryKind, str, int], ...]] = {
    "deposit": ((EntryKind.DEPOSIT, _PERP, 1),),
    "withdraw": ((EntryKind.WITHDRAWAL, _PERP, -1),),
    **dict.fromkeys(("vaultDeposit", "vaultCreate"), ((_MOVE, _PERP, -1), (_MOVE, _VAULTS, 1))),
    **dict.fromkeys(("vaultWithdraw", "vaultDistribution"), ((_MOVE, _VAULTS, -1), (_MOVE, _PERP, 1))),
    "vaultLeaderCommission": ((_REWARD, _PERP, 1),),
    "spotGenesis": ((_REWARD, _SPOT, 1),),
    **dict.fromkeys(("rewardsClaim", "welcomeBonus"), ((_REWARD, _SOME, 1),)),
    **dict.fromkeys(
        ("accountActivationGas", "deployGasAuction", "gossipPriorityGasAuction"), ((_FEE, _SOME, -1),)
    ),
    "hip3LiquidatorDeposit": ((_MOVE, _SOME, -1),),
    **dict.fromkeys(("borrowLend", "liquidation"), ()),
}
_TO_A_DEX = "activateDexAbstraction"
# The wallets between which a row moves something, by its type: the first is where it is, where it says yes.
_BETWEEN = {"accountClassTransfer": (_PERP, _SPOT), "cStakingTransfer": (_STAKING, _SPOT)}
# Where what is sent is, of rows that name no dex: of USDC alone in perpetuals, of any token in spot.
_SENT_FROM = {"internalTransfer": _PERP, "subAccountTransfer": _PERP}
_BOOKS = {"": _PERP, "spot": _SPOT}
_NO_TRANSACTION = "0x" + "0" * 64


class Delta(msgspec.Struct, rename="camel"):
    """Which fields there are depends on the type. user: who sends, and who withdraws from a vault; of vaults'
    own rows it may be anybody. fees: on top of what is sent or withdrawn."""

    type: str
    usdc: str | None = None
    amount: str | None = None
    net_withdrawn_usd: str | None = None
    token: str | None = None
    user: str | None = None
    destination: str | None = None
    source_dex: str | None = None
    destination_dex: str | None = None
    vault: str | None = None
    to_perp: bool | None = None
    is_deposit: bool | None = None
    fee: str = "0"
    fee_token: str | None = None
    gas: str = msgspec.field(name="nativeTokenFee", default="0")
    commission: str = "0"
    closing_cost: str = "0"


class Update(msgspec.Struct):
    time: int
    hash: str
    delta: Delta


_updates = msgspec.json.Decoder(list[Update])


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows are read. whole: whether the account has one balance, other dexes' in it."""

    address: str
    market: Market
    whole: bool = False

    def is_named(self, address: str | None) -> bool:
        return address is not None and address.lower() == self.address

    def book(self, row: Delta, dex: str | None) -> str | None:
        """The wallet that a row means by a dex; None for one that is not read."""
        if dex is None:
            return _SENT_FROM.get(row.type, _SPOT)
        return _BOOKS.get(dex, _PERP if self.whole else None)

    def token(self, code: str | None) -> str:
        return self.market.spellings.get(code, code) if code else COLLATERAL


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """`userNonFundingLedgerUpdates`. What was before a row whose meaning nobody can tell is not known."""
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    start = int(read.at or read.start)
    rows = updates_in(await rows_from(client, "userNonFundingLedgerUpdates", start, read))
    size, following = kept([row.time for row in rows], start, read.end)
    whole = any(map(_names_another_dex, rows)) and await is_in_spot(client)
    entries = update_entries(rows[:size], Owner(uid(client), market, whole))
    known_from = max((row.time + 1 for row in rows[:size] if not _is_clear(row.delta)), default=0)
    read = msgspec.structs.replace(read, known_from=max(read.known_from, known_from))
    return told(read, asked, entries, "" if following is None else str(following))


def updates_in(raw: bytes) -> list[Update]:
    """The rows of an answer. Raises Unusable."""
    checked_json(raw)
    return shaped(_updates, raw, "a list of ledger updates")


def update_entries(rows: Sequence[Update], owner: Owner) -> Iterator[Entry]:
    """Rows have no id, and several may have one transaction. Raises Unusable."""
    names = each_by_name([f"{row.time}:{row.hash}:{row.delta.type}" for row in rows])
    for row, name in zip(rows, names, strict=True):
        yield from _Booking(row, name, owner).entries()


@dataclass(frozen=True, slots=True)
class _Booking:
    """One row, and what it is called."""

    row: Update
    name: str
    owner: Owner

    def entries(self) -> Iterator[Entry]:
        delta = self.row.delta
        if delta.type in _PARTS:
            yield from self._of_its_type()
        elif delta.type == _TO_A_DEX:
            yield from () if self.owner.whole else self._parts((_MOVE, _SOME, -1))
        elif delta.type in _BETWEEN:
            yield from self._between(*_BETWEEN[delta.type])
        else:
            yield from self._sent()

    def _of_its_type(self) -> Iterator[Entry]:
        """Of a vault's own rows, those whose user is another are of its other side."""
        delta = self.row.delta
        parts = _PARTS[delta.type]
        if self.owner.is_named(delta.vault):
            other_side = [(kind, wallet, -sign) for kind, wallet, sign in parts if wallet == _PERP]
            yield from self._parts(*other_side)
        elif delta.user is None or self.owner.is_named(delta.user):
            yield from self._parts(*parts)
            yield from self._fee("fee", _PERP, COLLATERAL, delta.fee)
            yield from self._fee("commission", _VAULTS, COLLATERAL, delta.commission)
            yield from self._fee("cost", _VAULTS, COLLATERAL, delta.closing_cost)

    def _between(self, one: str, other: str) -> Iterator[Entry]:
        delta = self.row.delta
        forward = delta.to_perp if delta.is_deposit is None else delta.is_deposit
        if forward is None:
            raise Unusable("the answer has a move that says not which way")
        sign = 1 if forward else -1
        yield from self._parts((_MOVE, one, sign), (_MOVE, other, -sign))

    def _sent(self) -> Iterator[Entry]:
        """By whom and to whom."""
        delta, owner = self.row.delta, self.owner
        if not _is_clear(delta):
            return
        parts = []
        source, goal = owner.book(delta, delta.source_dex), owner.book(delta, delta.destination_dex)
        if owner.is_named(delta.user) and source is not None:
            parts.append((_MOVE, source, -1))
        if owner.is_named(delta.destination) and goal is not None:
            parts.append((_MOVE, goal, 1))
        yield from self._parts(*parts)
        if owner.is_named(delta.user):
            yield from self._fee("fee", source or _SPOT, owner.token(delta.fee_token), delta.fee)
            yield from self._fee("gas", _SPOT, STAKED, delta.gas)

    def _parts(self, *parts: tuple[EntryKind, str, int]) -> Iterator[Entry]:
        """Those of a move within the account have its name in common, one alone the network's transaction."""
        if not parts:
            return
        delta = self.row.delta
        amount = self._amount()
        tx = self.name if len(parts) > 1 else "" if self.row.hash == _NO_TRANSACTION else self.row.hash
        asset = COLLATERAL if delta.amount is None else self.owner.token(delta.token)
        for place, (kind, wallet, sign) in enumerate(parts):
            signed = amount if sign > 0 else amount.copy_negate()
            if amount:
                yield self._entry(f"{self.name}/{place}", kind, wallet, asset, signed, tx)

    def _amount(self) -> Decimal:
        delta = self.row.delta
        text = next((each for each in (delta.net_withdrawn_usd, delta.usdc, delta.amount) if each), None)
        if text is None:
            raise Unusable("the answer has a ledger update without its amount")
        return number(text)

    def _fee(self, what: str, wallet: str, asset: str, text: str) -> Iterator[Entry]:
        fee = number(text)
        if fee:
            yield self._entry(f"{self.name}/{what}", _FEE, wallet, asset, fee.copy_negate())

    def _entry(
        self, name: str, kind: EntryKind, wallet: str, asset: str, amount: Decimal, tx: str = ""
    ) -> Entry:
        return Entry(name, moment(self.row.time), kind, asset, amount, wallet, tx=tx)


def _is_clear(delta: Delta) -> bool:
    """Whether anybody can tell what a row did: of a type to come, its ends do."""
    is_known = delta.type in _PARTS or delta.type in _BETWEEN or delta.type == _TO_A_DEX
    return is_known or (delta.user is not None and delta.destination is not None)


def _names_another_dex(row: Update) -> bool:
    delta = row.delta
    named = {dex for dex in (delta.source_dex, delta.destination_dex) if dex is not None}
    return delta.type == _TO_A_DEX or not named <= _BOOKS.keys()


UPDATES = LedgerSource(
    Terms(
        "updates",
        frozenset(
            {_MOVE, _FEE, _REWARD, EntryKind.DEPOSIT, EntryKind.WITHDRAWAL},
        ),
    ),
    page,
)
