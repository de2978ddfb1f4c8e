"""The failures a program can meet, named by what it can do about them.

ClientError
├── ApiError          the server refused; its words, and whether it may be asked again
├── Unreachable       no answer came: whether a POST was carried out is not known
└── AnswerUnreadable  what came is no answer of Cambist's: is the address right, is a proxy in between?
"""

from collections.abc import Mapping, Sequence


class ClientError(Exception):
    """Any failure of a request; `str()` is one sentence without secrets."""


class ApiError(ClientError):
    """The server's own answer that is not a success.

    code: as `signature_invalid`. attributes: {field: [what is wrong with it]}. retry_after_s: seconds to wait
    before asking again, where the server tells.
    """

    def __init__(
        self,
        status: int,
        code: str,
        description: str,
        attributes: Mapping[str, Sequence[str]],
        retry_after_s: int | None,
    ) -> None:
        super().__init__(f"{status} {code}: {description}")
        self.status = status
        self.code = code
        self.description = description
        self.attributes = attributes
        self.retry_after_s = retry_after_s


class Unreachable(ClientError):
    """No answer: the connection failed, broke, or took too long."""


class AnswerUnreadable(ClientError):
    """An answer that is not Cambist's, or is larger than any of its answers."""
