"""Simulated exchanges of a test's own, each in a process of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.terminals import Terminal, line_with
from tests.worlds import scenario


@contextmanager
def played(folder: Path, **changes: Any) -> Iterator[str]:
    """CAMBIST_EXCHANGE_URLS of an exchange that plays the scenario of the tests with these changes."""
    file = folder / "scenario.json"
    file.write_text(json.dumps(scenario(**changes)))
    with Terminal(folder).staying("simulate", "--port", "0", "--scenario", str(file)) as process:
        yield line_with(process.stdout, "CAMBIST_EXCHANGE_URLS").partition("=")[2].strip().strip("'")
