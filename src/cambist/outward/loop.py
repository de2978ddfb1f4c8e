"""The event loop that Cambist runs on."""

from typing import Any

import uvloop


class Loop(uvloop.Loop):
    """uvloop's, but for connections that are cut short while they are made.

    It closes their descriptors and leaves that to their sockets once more: when these are collected as
    garbage, they would close whatever has the number by then, be it the database (uvloop issue 738; ccxt
    holds us to a release that has it).
    """

    async def create_connection(self, *given: Any, **named: Any) -> Any:
        try:
            return await super().create_connection(*given, **named)
        except BaseException:
            if named.get("sock") is not None:
                named["sock"].detach()
            raise
