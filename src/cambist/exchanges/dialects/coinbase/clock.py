"""Coinbase's clock: what is signed by it, and whether ours is what it minds."""

from collections.abc import Awaitable, Callable
from typing import Any

from cambist.core.errors import KeysRejected
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed

# Its time is told in whole seconds.
FAR_OFF_MS = 5_000


def sign_by_its_clock(client: Any) -> None:
    """ccxt stamps by this machine's clock; where the difference is known, by the exchange's from now on."""
    client.seconds = lambda: (client.milliseconds() - client.options["timeDifference"]) // 1000


async def in_its_time(client: Any, ask: Callable[[], Awaitable[bytes]]) -> bytes:
    """The answer to a call signed by a token. Raises ClockSkewed where our clock is far off.

    Coinbase refuses a token of a wrong time in the words in which it refuses wrong keys, so its clock is
    asked before the keys are blamed.
    """
    sign_by_its_clock(client)
    try:
        return await ask()
    except KeysRejected as refused:
        if refused.key_state != KeyState.INVALID or client.answer is None:
            raise
        signed_with = client.options["timeDifference"]
        client.raw = False
        if abs(await client.load_time_difference() - signed_with) > FAR_OFF_MS:
            raise ClockSkewed("The exchange finds our time wrong.") from None
        raise
