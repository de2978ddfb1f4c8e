"""The browser of tests and pictures: the Chromium of the operating system, which asks nobody for anything."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

PLACES = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


def found() -> Path | None:
    """Where it is; None on a machine without one."""
    return next((each for each in PLACES if each.exists()), None)


def is_required() -> bool:
    """Whether its absence is a failure: in CI, or where CAMBIST_BROWSER says so."""
    return bool(os.environ.get("CI")) or os.environ.get("CAMBIST_BROWSER") == "required"


@asynccontextmanager
async def running(place: Path) -> AsyncIterator[Browser]:
    """Chromium does not run as root inside its sandbox."""
    arguments = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=place, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
