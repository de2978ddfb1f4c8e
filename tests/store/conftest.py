"""One migrated file for all tests of this room, copied for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cambist.store.opening import open_database
from tests.store.builders import Store, fresh_copy, store_at


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.db"
    open_database(path).close()
    return path


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Iterator[Store]:
    with store_at(fresh_copy(template, tmp_path / "cambist.db")) as made:
        yield made
