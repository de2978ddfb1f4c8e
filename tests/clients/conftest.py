"""A world that clients in other processes can call, with an account to ask about."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.standing import Standing, standing


@dataclass(frozen=True, slots=True)
class Served:
    """A running server and its account."""

    standing: Standing
    account_id: int

    @property
    def url(self) -> str:
        return self.standing.world.address

    @property
    def keys(self) -> dict[str, str]:
        key = self.standing.world.key
        return {"key": key.api_key, "secret": key.secret}

    def account(self) -> Any:
        """The account as our own client reads it."""
        world = self.standing.world
        return self.standing.run(world.call("GET", f"/accounts/{self.account_id}")).json


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with standing(tmp_path_factory.mktemp("clients")) as stands:
        yield Served(stands, stands.run(stands.world.connected()))
