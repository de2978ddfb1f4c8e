"""Why no whole answer came: the words go on after the name of who was asked, as "The exchange …"."""


class RequestFailed(Exception):
    """No whole answer came within the limits; `str()` goes on a sentence and holds no secret."""


class NotInTime(RequestFailed):
    """The time for an answer was over."""

    def __init__(self) -> None:
        super().__init__("did not answer in time")


class NotAllowed(RequestFailed):
    """Refused by us: nothing was sent."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"may not be asked at {host}: {why}")
