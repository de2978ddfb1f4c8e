"""What exchanges answered to loads, kept beside the receipts for a time."""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from cambist.actions.facts import KeptAnswers
from cambist.core.errors import AnswersNotKept, NotFound, SetupError
from cambist.core.history import milliseconds, moment
from cambist.core.receipts import RawAnswer
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.documents import decode_answers, decode_failure, encode_answers

MOST_FORGOTTEN = 8


class AnswerStore:
    """Fits the port `Answers`. keep_for: for how long answers are kept; nothing for none."""

    def __init__(self, database: Database, keep_for: timedelta) -> None:
        self._database = database
        self._keep_for = keep_for
        self._forgets = True

    def keeping(
        self, load_id: str, at: datetime, answers: Sequence[RawAnswer] | None
    ) -> Callable[[Connection, int], None]:
        """Encodes a load's answers; the result writes them for its account, unless that has been removed.

        It forgets some that are too old as well; where none are kept any more, until none are left.
        """
        if not self._forgets:
            return _write_nothing
        document = encode_answers(answers) if self._keep_for and answers is not None else None
        now, before = milliseconds(at), milliseconds(at - self._keep_for)

        def write(connection: Connection, account_id: int) -> None:
            forgotten = queries.forget_answers(connection, before=before, most=MOST_FORGOTTEN)
            self._forgets = bool(self._keep_for or forgotten)
            if document is not None:
                queries.add_answers(
                    connection, load_id=load_id, account_id=account_id, at=now, document=document
                )

        return write

    async def of_load(
        self, user_id: int, load_id: str, now: datetime, account_id: int | None = None
    ) -> KeptAnswers:
        row = queries.kept_answers(
            self._database.reader,
            load_id=load_id,
            user_id=user_id,
            account_id=account_id,
            after=milliseconds(now - self._keep_for),
        )
        if row is None:
            raise NotFound(f"There is no load {load_id!r}.")
        if row["document"] is None:
            raise AnswersNotKept
        try:
            answers = decode_answers(row["document"])
        except (zlib.error, msgspec.DecodeError) as broken:
            raise SetupError(
                f"The answers to load {load_id} cannot be read: the database was changed from outside."
            ) from broken
        at = moment(row["at"])
        failure = None if row["failure"] is None else decode_failure(row["failure"])
        return KeptAnswers(load_id, row["account_id"], at, at + self._keep_for, failure, answers)


def _write_nothing(_connection: Connection, _account_id: int) -> None: ...
