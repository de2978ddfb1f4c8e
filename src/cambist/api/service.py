"""The endpoints of the service itself: is it there, what time is it, is my signature right."""

import msgspec

from cambist.api.endpoint import Answered, Asked


class Valid(msgspec.Struct):
    valid: bool


class Pong(msgspec.Struct):
    pong: str


class ServerTime(msgspec.Struct):
    """Seconds since 1970, UTC."""

    server_time: int


async def validate(_: Asked) -> Answered[Valid]:
    return Answered(Valid(True))


async def ping(_: Asked) -> Answered[Pong]:
    return Answered(Pong("pong"))


async def time(asked: Asked) -> Answered[ServerTime]:
    return Answered(ServerTime(int(asked.outside.clock.now().timestamp())))
