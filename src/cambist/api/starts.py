"""What a receipt tells of where profits start, and of the flows since then; exact texts."""

import msgspec

from cambist.api.entity import time_text
from cambist.core.flows import Net
from cambist.core.money import plain_text
from cambist.core.profit import Starts
from cambist.core.terms import FlowState, FlowsTold, Worth


class WorthTold(msgspec.Struct):
    """rate: the display currency's price of one USD."""

    btc: str
    usd: str
    rate: str


class NetTold(msgspec.Struct):
    """Deposits less withdrawals, transfers, coverage, what nothing explains; each by its own prices."""

    btc: str
    usd: str
    display: str


class NetFlowsTold(msgspec.Struct):
    """The net flows since each start, which its profit leaves out."""

    day: NetTold
    month: NetTold
    total: NetTold


class StartsTold(msgspec.Struct):
    """What each profit is measured against; null where there is no history, or no flows are known since."""

    day: WorthTold | None
    month: WorthTold | None
    total: WorthTold | None
    flows: NetFlowsTold | None


class FlowsStateTold(msgspec.Struct):
    """Whether flows are `known`, `provisional` (a change may yet be explained) or `unknown`; since when."""

    state: str
    since: str | None


def starts_told(starts: Starts) -> StartsTold:
    flows = starts.flows
    return StartsTold(
        day=_worth(starts.day),
        month=_worth(starts.month),
        total=_worth(starts.total),
        flows=None if flows is None else NetFlowsTold(*map(_net, (flows.day, flows.month, flows.total))),
    )


def flows_told(flows: FlowsTold | None) -> FlowsStateTold:
    """None: of a receipt that says nothing of them."""
    if flows is None:
        return FlowsStateTold(FlowState.UNKNOWN.value, None)
    return FlowsStateTold(flows.state.value, None if flows.since is None else time_text(flows.since))


def _worth(worth: Worth | None) -> WorthTold | None:
    return None if worth is None else WorthTold(*map(plain_text, (worth.btc, worth.usd, worth.rate)))


def _net(net: Net) -> NetTold:
    return NetTold(*map(plain_text, (net.btc, net.usd, net.display)))
