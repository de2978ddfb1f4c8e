"""What the codes of MEXC's spot and futures mean."""

from cambist.core.errors import LoadFailed, NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, keys, limited, timed_out, unavailable

_INVALID = ("401", "602", "10072", "140002", "700001", "700002")
_NO_PERMISSION = ("403", "511", "701", "703", "700007")


def _no_account(_: str) -> LoadFailed:
    return NotOffered("MEXC has not opened this account.")


CODES: dict[str, Make] = {
    **dict.fromkeys(_INVALID, keys(KeyState.INVALID)),
    "402": keys(KeyState.EXPIRED),
    **dict.fromkeys(("406", "700006"), keys(KeyState.IP_NOT_ALLOWED)),
    **dict.fromkeys(_NO_PERMISSION, keys(KeyState.NO_PERMISSION)),
    **dict.fromkeys(("429", "510"), limited),
    **dict.fromkeys(("513", "10073", "700003"), ClockSkewed),
    **dict.fromkeys(("500", "501", "503", "604", "801", "11444", "20002", "730000"), unavailable),
    "504": timed_out,
    "1000": _no_account,
}

ERRORS = Errors(CODES)
