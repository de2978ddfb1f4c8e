"""Fixtures of the command line's tests."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminals import Terminal, simulated
from tests.worlds import install


@pytest.fixture(scope="session")
def exchange() -> Iterator[str]:
    with simulated() as url:
        yield url


@pytest.fixture
def bare(tmp_path: Path) -> Terminal:
    """A terminal on a machine where nothing is installed yet."""
    return Terminal(tmp_path)


@pytest.fixture
def terminal(tmp_path: Path, exchange: str) -> Terminal:
    """A terminal on an installation, with an exchange to talk to."""
    asyncio.run(install(tmp_path))
    return Terminal(tmp_path, exchange)
