"""How a terminal shows what an exchange answered to a load."""

from typing import Any

from cambist.actions.facts import KeptAnswers
from cambist.cli.lines import print_line
from cambist.cli.times import time_shown
from cambist.core.receipts import RawAnswer


def print_answers(kept: KeptAnswers) -> None:
    """Each call, and what it was answered below it."""
    ended = "brought data" if kept.failure is None else f"failed: {kept.failure}"
    print_line(f"Load {kept.load_id} of {time_shown(kept.at)} {ended}")
    print_line(f"Answers: {len(kept.answers)}, kept until {time_shown(kept.until)}")
    for answer in kept.answers:
        call = answer.call
        removed = "  (secrets removed: not what this is the sum of)" if answer.redacted else ""
        print_line(f"{call.method}  {call.path}  {call.status}  sha256 {call.sha256}{removed}")
        for line in _text(answer).splitlines():
            print_line(f"  {line}")


def answers_document(kept: KeptAnswers) -> dict[str, Any]:
    """The same as one JSON document."""
    return {
        "load_id": kept.load_id,
        "account_id": kept.account_id,
        "at": kept.at,
        "kept_until": kept.until,
        "failure": None if kept.failure is None else str(kept.failure),
        "answers": [
            {
                "method": answer.call.method,
                "path": answer.call.path,
                "status": answer.call.status,
                "sha256": answer.call.sha256,
                "redacted": answer.redacted,
                "body": None if answer.body is None else _text(answer),
            }
            for answer in kept.answers
        ],
    }


def _text(answer: RawAnswer) -> str:
    if answer.body is None:
        return "(not kept: the answers of this load were too much)"
    return answer.body.decode(errors="replace")
