"""Fixtures that tests of every room share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from hypothesis import settings

from tests.ledgers import a_ledger_that_tests_write
from tests.worlds import World, world

# `make test` tries the same examples each time, `make fuzz` others and more.
settings.register_profile("test", settings.get_profile("ci"), max_examples=400)
settings.register_profile("fuzz", settings.get_profile("ci"), max_examples=2_000, derandomize=False)
settings.load_profile("test")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture(name="world")
async def _world(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


@pytest_asyncio.fixture(name="ledgered")
async def _ledgered(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose exchange has a ledger, which tests write."""
    with a_ledger_that_tests_write():
        async with world(tmp_path) as made:
            yield made
