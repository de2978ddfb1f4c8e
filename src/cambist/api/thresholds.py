"""The endpoints of thresholds: figures that one wants to be told of when they cross a value."""

from typing import Literal

import msgspec

from cambist.actions.add_threshold import add_threshold
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.api.parameters import choice, decimal, optional_account_id
from cambist.core.money import plain_text
from cambist.core.thresholds import Measure, Side, Threshold

MEASURE = choice("measure", "the figure: worth in USD, or day profit in percent of USD", tuple(Measure))
SIDE = choice("side", "whether to tell when it comes to be above the value, or below", tuple(Side))
VALUE = decimal("value", "the value, as text")
ACCOUNT = optional_account_id("account_id", "of this account; without it of each of yours, one by one")


class ThresholdTold(msgspec.Struct):
    """account_id: null for each of your accounts, one by one."""

    id: int
    account_id: int | None
    measure: Literal["usd", "day_profit_percent"]
    side: Literal["above", "below"]
    value: str
    created_at: str


async def thresholds(asked: Asked) -> Answered[list[ThresholdTold]]:
    return Answered([_told(each) for each in await asked.outside.thresholds.listed(asked.caller.user_id)])


async def add(asked: Asked) -> Answered[ThresholdTold]:
    added = await add_threshold(
        asked.outside,
        asked.caller,
        Measure(asked[MEASURE]),
        Side(asked[SIDE]),
        asked[VALUE],
        asked[ACCOUNT],
    )
    return Answered(_told(added))


async def remove(asked: Asked) -> Answered[bool]:
    await asked.outside.thresholds.remove(asked.caller.user_id, asked.id_in_path("threshold_id"))
    return Answered(True)


def _told(threshold: Threshold) -> ThresholdTold:
    return ThresholdTold(
        id=threshold.id,
        account_id=threshold.account_id,
        measure=threshold.measure.value,
        side=threshold.side.value,
        value=plain_text(threshold.value),
        created_at=time_text(threshold.created_at),
    )
