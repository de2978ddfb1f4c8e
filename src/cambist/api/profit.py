"""The endpoint of profit that explains itself: its parts, by asset, and two returns; exact texts."""

from dataclasses import asdict
from decimal import Decimal

import msgspec

from cambist.actions.explain_profit import SPANS, Explanation, Returns, explain_profit
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.api.parameters import choice, optional_moment
from cambist.core.flows import Net
from cambist.core.money import plain_text
from cambist.core.terms import FlowState

RANGE = choice(
    "range", "how long before its end the range begins; `from` goes before it", tuple(SPANS), "day"
)
FROM = optional_moment("from", "the first moment, in place of a range")
TO = optional_moment("to", "the last moment; the last complete load's where it is not given", at_end=True)


class AmountsTold(msgspec.Struct):
    """display: in the account's display currency, each amount by the rate of its own time."""

    btc: str
    usd: str
    display: str


class PartsTold(msgspec.Struct):
    """What a change of worth is made of; in each currency they add up to it exactly.

    price_effect: what prices did. provisional: changes of amounts that no entry explains yet. unexplained:
    those that none has explained within half an hour, and all from before flows are known. Trades are no
    part: what is given is worth what is got.
    """

    price_effect: AmountsTold
    deposits: AmountsTold
    withdrawals: AmountsTold
    transfers: AmountsTold
    rewards: AmountsTold
    fees: AmountsTold
    funding: AmountsTold
    interest: AmountsTold
    realised: AmountsTold
    coverage: AmountsTold
    provisional: AmountsTold
    unexplained: AmountsTold


class UnvaluedTold(msgspec.Struct):
    """So many entries (or changes) of a kind in an asset without any price; they add nothing."""

    asset: str
    kind: str
    count: int


class ReturnsTold(msgspec.Struct):
    """In percent; null where there is nothing that a gain could be measured by."""

    btc: str | None
    usd: str | None
    display: str | None


class ProfitExplained(msgspec.Struct, rename={"since": "from", "until": "to"}):
    """change = end − start = the parts' sum, and profit = change − net_flows, in each currency exactly.

    from, to: the range as far as there are complete loads. flows: unknown where the range begins before they
    are known, and where the exchange tells deposits and withdrawals alone; provisional where changes still
    wait for their explanation. known_from: by kind of entry; null for never. net_flows: deposits,
    withdrawals, transfers, coverage, provisional and unexplained, but for unknown. unknown: of the part
    unexplained, what lies before flows are known, and so stays in profit. price_effect_by_asset: what of the
    price effect each asset's balances tell; untold: the rest of it.
    """

    account_id: int
    currency: str
    since: str
    until: str
    flows: FlowState
    known_from: dict[str, str | None]
    start: AmountsTold
    end: AmountsTold
    change: AmountsTold
    net_flows: AmountsTold
    profit: AmountsTold
    parts: PartsTold
    price_effect_by_asset: dict[str, AmountsTold]
    untold: AmountsTold
    unknown: AmountsTold
    unvalued: list[UnvaluedTold]
    modified_dietz: ReturnsTold
    time_weighted: ReturnsTold


async def profit(asked: Asked) -> Answered[ProfitExplained]:
    found = await explain_profit(
        asked.outside, asked.caller, asked.account_id, asked[RANGE], asked[FROM], asked[TO]
    )
    return Answered(profit_told(found))


def profit_told(found: Explanation) -> ProfitExplained:
    told = found.explained
    return ProfitExplained(
        account_id=found.account.id,
        currency=found.account.figures.currency,
        since=time_text(found.start),
        until=time_text(found.end),
        flows=found.flows,
        known_from={
            kind.value: None if at is None else time_text(at) for kind, at in found.known_from.items()
        },
        start=amounts_told(told.start),
        end=amounts_told(told.end),
        change=amounts_told(told.change),
        net_flows=amounts_told(told.net_flows),
        profit=amounts_told(told.profit),
        parts=PartsTold(**{part.value: amounts_told(value) for part, value in told.parts.items()}),
        price_effect_by_asset={asset: amounts_told(value) for asset, value in told.by_asset.items()},
        untold=amounts_told(told.untold),
        unknown=amounts_told(told.unknown),
        unvalued=[UnvaluedTold(each.asset, each.kind, each.count) for each in told.unvalued],
        modified_dietz=_returns(found.modified_dietz),
        time_weighted=_returns(found.time_weighted),
    )


def amounts_told(value: Net) -> AmountsTold:
    return AmountsTold(*map(plain_text, (value.btc, value.usd, value.display)))


def _returns(found: Returns) -> ReturnsTold:
    return ReturnsTold(**{name: _percent(percent) for name, percent in asdict(found).items()})


def _percent(percent: Decimal | None) -> str | None:
    return None if percent is None else plain_text(percent)
