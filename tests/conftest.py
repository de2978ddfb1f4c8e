"""Fixtures that tests of every room share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.worlds import World, world


@pytest_asyncio.fixture(name="world")
async def _world(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made
