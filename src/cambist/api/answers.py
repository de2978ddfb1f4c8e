"""The endpoint of what an exchange answered to a load's calls, as long as that is kept."""

import msgspec

from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.core.receipts import RawAnswer


class AnswerTold(msgspec.Struct):
    """What one call was answered. sha256: of the answer's bytes as they came.

    redacted: secrets were removed, so that the sum is not the body's. body: null where all answers of the
    load were too much to keep; what is no UTF-8 in it is replaced.
    """

    method: str
    path: str
    status: int
    sha256: str
    redacted: bool
    body: str | None


class AnswersTold(msgspec.Struct):
    """The answers to a load, in the order of its calls.

    failure: what the load ended with; null where it brought data. kept_until: from then on they are not told.
    """

    load_id: str
    account_id: int
    at: str
    kept_until: str
    failure: str | None
    answers: list[AnswerTold]


async def answers(asked: Asked) -> Answered[AnswersTold]:
    """Raises NotFound, as AnswersNotKept too."""
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    now = asked.outside.clock.now()
    kept = await asked.outside.answers.of_load(account.user_id, asked.path["load_id"], now, account.id)
    return Answered(
        AnswersTold(
            load_id=kept.load_id,
            account_id=kept.account_id,
            at=time_text(kept.at),
            kept_until=time_text(kept.until),
            failure=None if kept.failure is None else str(kept.failure),
            answers=list(map(_told, kept.answers)),
        )
    )


def _told(answer: RawAnswer) -> AnswerTold:
    call = answer.call
    body = None if answer.body is None else answer.body.decode(errors="replace")
    return AnswerTold(call.method, call.path, call.status, call.sha256, answer.redacted, body)
