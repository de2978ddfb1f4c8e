"""The one place that knows statuses: each failure of ours as the wire format's error."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from cambist.api.endpoint import Endpoint
from cambist.core import errors

UNAVAILABLE_RETRY_S = 30


class ErrorBody(msgspec.Struct, omit_defaults=True):
    """The body of every answer that is not a success."""

    error_description: str
    error: str
    error_attributes: dict[str, list[str]] = {}


class WireError(Exception):
    """An answer that is an error: status, code, sentence."""

    def __init__(
        self,
        status: int,
        error: str,
        description: str,
        attributes: dict[str, list[str]] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.body = ErrorBody(description, error, attributes or {})
        self.retry_after_s = retry_after_s


NOT_FOUND = (404, "not_found", "Not Found")
METHOD_NOT_ALLOWED = (405, "method_not_allowed", "Method Not Allowed")
PAYLOAD_TOO_LARGE = (413, "payload_too_large", "The request body is larger than 256 KiB")
UNSUPPORTED_MEDIA_TYPE = (415, "unsupported_media_type", "The request body is neither form nor JSON")
MISDIRECTED = (
    421,
    "host_not_allowed",
    "This server does not go by the name in Host: CAMBIST_PUBLIC_URL and CAMBIST_ALLOWED_HOSTS say its names",
)
INTERNAL_ERROR = (500, "internal_error", "Something went wrong on our side; X-Request-Id names it in the log")

# (status, error, description); no description: the failure's own sentence.
_TABLE: tuple[tuple[type[errors.CambistError], int, str, str | None], ...] = (
    (errors.InvalidInput, 400, "record_invalid", "Invalid parameters"),
    (errors.VolumeUnknown, 404, "not_found", None),
    (errors.AnswersNotKept, 404, "not_found", None),
    (errors.ReceiptThinned, 404, "not_found", None),
    (errors.NotFound, *NOT_FOUND),
    (errors.AccessDenied, 403, "access_denied", "Api key not authorized for this action"),
    (errors.SignatureInvalid, 401, "signature_invalid", "Provided signature is invalid"),
    (
        errors.ApiKeyRejected,
        401,
        "api_key_invalid_or_expired",
        "Unauthorized. Invalid or expired api key.",
    ),
    (errors.StoreUnavailable, 503, "database_unavailable", None),
    (errors.AddressBanned, 418, "ip_banned", None),
    (errors.RateLimited, 429, "rate_limited", None),
    (errors.KeysRejected, 422, "invalid_api_key", "API keys are no longer valid or incorrect."),
    (errors.AddressRefused, 422, "invalid_api_key", None),
    (errors.AccountLocked, 422, "account_locked", None),
    (errors.ExchangeRefused, 422, "unknown_market_api_error", None),
    (errors.ExchangeLimiting, 503, "market_rate_limited", None),
    (errors.ExchangeTimedOut, 504, "market_timeout", None),
    (errors.ExchangeUnavailable, 503, "market_unavailable", None),
    (errors.EgressUnknown, 503, "market_unavailable", None),
    (errors.NoPrices, 503, "market_unavailable", None),
    (errors.LoadInterrupted, 503, "market_unavailable", None),
)

_ROWS: Mapping[type, tuple[type[errors.CambistError], int, str, str | None]] = {row[0]: row for row in _TABLE}


def wire_error(failure: errors.CambistError) -> WireError:
    """The answer that a failure of ours becomes; a failure without a row is internal."""
    row = next((_ROWS[kind] for kind in type(failure).__mro__ if kind in _ROWS), None)
    if row is None:
        return WireError(*INTERNAL_ERROR)
    _, status, error, description = row
    attributes = failure.attributes if isinstance(failure, errors.InvalidInput) else None
    wait = failure.retry_after_s if isinstance(failure, errors.LoadFailed | errors.RateLimited) else None
    if status == 503 and wait is None:
        wait = UNAVAILABLE_RETRY_S
    return WireError(status, error, description or str(failure), attributes, wait)


# Where a failure can come at all; the first row that fits decides, and what fits none can come anywhere.
_ONLY_WHERE: tuple[tuple[type[errors.CambistError], Callable[[Endpoint], bool]], ...] = (
    (errors.SignatureInvalid, lambda endpoint: not endpoint.public),
    (errors.ApiKeyRejected, lambda endpoint: not endpoint.public),
    (errors.AccessDenied, lambda endpoint: endpoint.permission is not None),
    (errors.VolumeUnknown, lambda endpoint: "/volume/" in endpoint.path),
    (errors.AnswersNotKept, lambda endpoint: endpoint.path.endswith("/answers")),
    (errors.ReceiptThinned, lambda endpoint: endpoint.path.endswith("/receipts/{load_id}")),
    (errors.NotFound, lambda endpoint: "{" in endpoint.path or _names_an_account(endpoint)),
    (errors.KeysRejected, lambda endpoint: endpoint.asks_exchange and not endpoint.public),
    (errors.AccountLocked, lambda endpoint: endpoint.asks_exchange and not endpoint.public),
    (errors.LoadFailed, lambda endpoint: endpoint.asks_exchange),
)
_ANYWHERE = (MISDIRECTED, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INTERNAL_ERROR)


def _names_an_account(endpoint: Endpoint) -> bool:
    return any(parameter.name == "account_id" for parameter in endpoint.parameters)


def _first_sentence(failure: type[errors.CambistError]) -> str:
    """What a failure is, for one whose own sentence differs from case to case."""
    return f"{(failure.__doc__ or failure.__name__).partition('.')[0]}."


def refusals(endpoint: Endpoint) -> Iterator[tuple[int, str, str]]:
    """(status, error, description) of every answer of an endpoint that is not a success."""
    for failure, status, error, description in _TABLE:
        possible = next((where for kind, where in _ONLY_WHERE if issubclass(failure, kind)), None)
        if possible is None or possible(endpoint):
            yield status, error, description or _first_sentence(failure)
    yield from _ANYWHERE
