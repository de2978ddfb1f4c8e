"""What OKX's codes mean."""

from cambist.core.errors import NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, key_limited, keys, timed_out, unavailable

_INVALID = ("50008", "50101", "50103", "50104", "50105", "50106", "50107", "50111", "50113", "50114", "50119")

CODES: dict[str, Make] = {
    **dict.fromkeys(_INVALID, keys(KeyState.INVALID)),
    **dict.fromkeys(("50110", "50121"), keys(KeyState.IP_NOT_ALLOWED)),
    **dict.fromkeys(("50030", "50035", "50120"), keys(KeyState.NO_PERMISSION)),
    **dict.fromkeys(("50102", "50112"), ClockSkewed),
    **dict.fromkeys(("50011", "50040", "50061"), key_limited),
    **dict.fromkeys(("50041", "50051"), NotOffered),  # not to this user; not in this country
    **dict.fromkeys(("50001", "50005", "50013", "50026", "50046", "50062"), unavailable),
    "50004": timed_out,
}

ERRORS = Errors(CODES)
