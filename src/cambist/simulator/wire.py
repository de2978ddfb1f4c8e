"""Puts an answer on the wire, or breaks the connection in the way a fault asks for."""

import asyncio
import socket
import struct

from aiohttp import web

from cambist.simulator import faults
from cambist.simulator.protocol import Answer

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_DRIPS_A_SECOND = 10


async def deliver(request: web.BaseRequest, answer: Answer, fault: faults.Fault | None) -> web.StreamResponse:
    """Sends the answer; every wait ends when the client leaves, and after LONGEST_WAIT_S at the latest."""
    match fault:
        case faults.TimeoutFault():
            await asyncio.sleep(faults.LONGEST_WAIT_S)
            return _hang_up(request)
        case faults.ResetFault():
            return _hang_up(request, reset=True)
        case faults.TruncatedFault(cut="connection"):
            return await _break_off(request, answer)
        case faults.SlowFault():
            await asyncio.sleep(fault.delay_ms / 1000)
            if fault.drip is not None:
                return await _drip(request, answer, fault.drip)
    return web.Response(status=answer.status, body=answer.body, headers=_headers(answer))


def _headers(answer: Answer) -> dict[str, str]:
    return {"Content-Type": answer.content_type, **answer.headers}


def _hang_up(request: web.BaseRequest, *, reset: bool = False) -> web.Response:
    """Closes without an answer; the response returned finds the connection gone."""
    if request.transport is not None:
        if reset:
            linger = request.transport.get_extra_info("socket")
            linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        request.transport.abort()
    return web.Response()


async def _start(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=_headers(answer))
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response


async def _break_off(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = await _start(request, answer)
    await response.write(answer.body[: len(answer.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _drip(request: web.BaseRequest, answer: Answer, rate: int) -> web.StreamResponse:
    response = await _start(request, answer)
    size = max(rate // _DRIPS_A_SECOND, 1)
    for start in range(0, min(len(answer.body), rate * faults.LONGEST_WAIT_S), size):
        await asyncio.sleep(size / rate)
        await response.write(answer.body[start : start + size])
    return response if rate * faults.LONGEST_WAIT_S >= len(answer.body) else _hang_up(request)
