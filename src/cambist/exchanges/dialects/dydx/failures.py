"""What the errors of dYdX's indexer mean: {"errors": [{"msg": …, "param": …, "code": …}]}."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeRefused, KeysRejected, LoadFailed, NotOffered
from cambist.exchanges.failures import Errors, Make

_NO_SUBACCOUNT = "No subaccount found"
_ADDRESS = "address"
_GEOBLOCKED = "GEOBLOCKED"


def _no_subaccount(_: str) -> LoadFailed:
    return NotOffered("dYdX has no account of this address: nothing was ever deposited to it.")


def _no_address(_: str) -> LoadFailed:
    return KeysRejected("This is no address of dYdX's: those begin with dydx1.")


def _geoblocked(_: str) -> LoadFailed:
    return ExchangeRefused("dYdX does not answer to where this machine, or the address, is.")


def code_in(body: Mapping[str, Any]) -> str:
    """What the first error is about; "" where there is none. Its code is told of a few only."""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return ""
    if str(first.get("msg", "")).startswith(_NO_SUBACCOUNT):
        return _NO_SUBACCOUNT
    return str(first.get("code") or first.get("param") or "")


CODES: dict[str, Make] = {
    _NO_SUBACCOUNT: _no_subaccount,
    _ADDRESS: _no_address,
    _GEOBLOCKED: _geoblocked,
}

ERRORS = Errors(CODES, code_in=code_in)
