"""One browser for all tests of a process, and one event loop for it and the servers that it asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from checks import chromium
from tests.browser.people import Person, owner
from tests.browser.worlds import furnished
from tests.worlds import World, world


@pytest_asyncio.fixture(name="chromium", scope="session", loop_scope="session")
async def _chromium() -> AsyncIterator[Browser]:
    place = chromium.found()
    if place is None:
        missing = "There is no Chromium at /usr/bin/chromium: install the package chromium."
        if chromium.is_required():
            pytest.fail(missing)
        pytest.skip(missing)
    async with chromium.running(place) as browser:
        yield browser


@pytest_asyncio.fixture(name="made", loop_scope="session")
async def _made(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


@pytest_asyncio.fixture(name="owner", loop_scope="session")
async def _owner(chromium: Browser, made: World) -> AsyncIterator[Person]:
    async with owner(chromium, made) as person:
        yield person


@pytest_asyncio.fixture(name="house", scope="session", loop_scope="session")
async def _house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A furnished world for tests that look and leave no trace."""
    async with furnished(tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest_asyncio.fixture(name="guest", loop_scope="session")
async def _guest(chromium: Browser, house: World) -> AsyncIterator[Person]:
    """The owner of that, signed in."""
    async with owner(chromium, house) as person:
        yield person
