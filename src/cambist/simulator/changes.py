"""What an account's flows and trades changed, wallet by wallet: what an exchange's histories are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cambist.simulator.pairs import Pair, Units
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade, WalletName


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one amount of one wallet. number: of the flow or trade among the account's, from 1 on.

    amount: signed, without the fee; fee: what was charged beside it. part: tells apart what one flow or trade
    changed. other: the wallet at the other end of a transfer. pair: of a trade.
    """

    number: int
    at_ms: int
    wallet: WalletName
    kind: str
    asset: str
    amount: str
    fee: str = "0"
    part: int = 0
    name: str = ""
    other: WalletName | None = None
    pair: Pair | None = None
    side: str = ""
    price: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to an account until now.

    first: the wallet of flows and trades that name none. landing: the one that deposits come to and
    withdrawals go from; what is meant for another is passed on by a transfer.
    """

    flows: Sequence[Flow]
    trades: Sequence[Trade]
    pairs: Mapping[str, Pair]
    now_ms: int
    first: WalletName
    landing: WalletName

    def flows_of(self, kind: str) -> list[tuple[int, int, Flow]]:
        """The number, the time and each flow of a kind, whatever came of it; the newest first."""
        found = [
            (number, at_ms(flow), flow)
            for number, flow in enumerate(self.flows, start=1)
            if flow.kind == kind and at_ms(flow) <= self.now_ms
        ]
        return sorted(found, key=lambda each: (each[1], each[0]), reverse=True)

    def changes(self, wallet: WalletName) -> list[Change]:
        """Of a wallet; the newest first."""
        found = [
            each
            for each in (*self._by_flows(), *self._by_trades())
            if each.wallet == wallet and each.at_ms <= self.now_ms
        ]
        return sorted(found, key=lambda each: (each.at_ms, each.kind, each.number, each.part), reverse=True)

    def _by_flows(self) -> Iterator[Change]:
        for number, flow in enumerate(self.flows, start=1):
            if flow.state != "failed":
                yield from self._by_flow(number, flow)

    def _by_flow(self, number: int, flow: Flow) -> Iterator[Change]:
        own = flow.wallet or self.first
        made = Change(number, at_ms(flow), own, flow.kind, flow.asset, flow.amount, name=flow.name)
        match flow.kind:
            case "deposit":
                if flow.state == "done":
                    yield replace(made, wallet=self.landing)
                    yield from _passed_on(made, self.landing, own)
            case "withdrawal":
                gone = net(flow.amount, flow.fee)
                yield from _passed_on(replace(made, amount=gone), own, self.landing)
                yield replace(made, wallet=self.landing, amount=minus(gone), part=3)
            case "transfer" if flow.to is not None:
                yield replace(made, amount=minus(flow.amount), other=flow.to)
                yield replace(made, wallet=flow.to, other=own, part=1)
            case "fee":
                yield replace(made, amount=minus(flow.amount))
            case _:
                yield replace(made, fee=flow.fee)

    def _by_trades(self) -> Iterator[Change]:
        for number, trade in enumerate(self.trades, start=1):
            pair, at = self.pairs[trade.symbol], milliseconds(datetime.fromisoformat(trade.time))
            bought = trade.side == "buy"
            worth = str(Units.of(trade.price).by(Units.of(trade.quantity)))
            legs = {pair.base: trade.quantity if bought else minus(trade.quantity)}
            legs[pair.quote] = minus(worth) if bought else worth
            charged = trade.fee_asset or (pair.base if bought else pair.quote)
            if Units.of(trade.fee).count:
                legs.setdefault(charged, "0")
            for part, (asset, amount) in enumerate(legs.items()):
                fee = trade.fee if asset == charged else "0"
                yield Change(
                    *(number, at, self.first, "trade", asset, amount, fee, part),
                    pair=pair,
                    side=trade.side,
                    price=trade.price,
                )


def _passed_on(made: Change, here: WalletName, there: WalletName) -> Iterator[Change]:
    if here != there:
        moved = replace(made, kind="transfer", name="")
        yield replace(moved, wallet=here, amount=minus(made.amount), other=there, part=1)
        yield replace(moved, wallet=there, other=here, part=2)


def at_ms(flow: Flow) -> int:
    return milliseconds(datetime.fromisoformat(flow.time))


def minus(text: str) -> str:
    """The text of the negative, digits kept; of zero none."""
    if not Units.of(text).count:
        return text
    return text[1:] if text.startswith("-") else f"-{text}"


def net(*texts: str) -> str:
    """The exact sum of decimal texts, signed or not."""
    parts = [*map(Units.of, texts)]
    digits = max(part.digits for part in parts)
    count = sum(int(part.count * 10 ** (digits - part.digits)) for part in parts)
    return ("-" if count < 0 else "") + str(Units(abs(count), digits))
