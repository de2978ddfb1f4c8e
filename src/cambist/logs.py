"""Logs to stderr, as text or JSON, with libraries kept silent that would log requests with their keys."""

import logging
import sys
from collections.abc import Callable

import structlog

from cambist.settings import Settings


def start_logging(settings: Settings) -> None:
    """Logs to stderr, as text or JSON. Libraries that would log requests with their keys stay silent."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    as_json = settings.log_format == "json"
    render: Callable[..., object] = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if as_json else []),
            render,  # type: ignore[list-item]
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(level, logging.INFO), format="%(levelname)s %(name)s: %(message)s")
    for library in ("ccxt", "aiohttp", "asyncio", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)
