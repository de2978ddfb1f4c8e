"""What a release is made of is told whole, and building it again gives the same bytes."""

import hashlib
import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from checks.release import LOCKED, ROOT, built, materials, pins, sums

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def document() -> Any:
    return json.loads(materials("cambist", "1.2.3", LOCKED.read_text(), AT))


def test_every_pin_is_named_with_its_version_its_hashes_and_its_licence() -> None:
    locked = LOCKED.read_text()
    named = {f"{each['name']}=={each['version']}": each for each in document()["components"]}
    assert sorted(named) == sorted(re.findall(r"^[a-z0-9._-]+==[^ \\]+", locked, re.MULTILINE))
    hashes = [each["content"] for part in named.values() for each in part["hashes"]]
    assert sorted(hashes) == sorted(set(re.findall(r"sha256:([0-9a-f]{64})", locked)))
    assert all(part["licenses"] and part["purl"].startswith("pkg:pypi/") for part in named.values())
    for line in locked.splitlines():
        if " ; " in line:
            assert named[line.split(" ")[0]]["description"] == f"needed where {line[:-2].split(' ; ')[1]}"


def test_the_document_tells_what_it_is_of_and_depends_on_nothing_but_the_lock() -> None:
    told = document()
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["timestamp"] == AT.isoformat()
    assert told["metadata"]["component"]["purl"] == "pkg:pypi/cambist@1.2.3"
    (needs,) = [each["dependsOn"] for each in told["dependencies"] if each["ref"] == "cambist==1.2.3"]
    assert len(needs) == len(told["components"])
    assert document() == told


def test_a_pin_without_hashes_is_not_taken_for_one() -> None:
    assert list(pins("aiohttp==3.14.5\nyarl==1.25.1 \\\n    # via ccxt\n")) == []


@pytest.mark.filterwarnings("default")
def test_building_twice_at_another_time_and_place_gives_the_same_bytes(tmp_path: Path) -> None:
    told = []
    for number in range(2):
        tree = tmp_path / f"tree-{number}"
        tree.mkdir()
        for name in ("src", "pyproject.toml", "README.md", "LICENSE"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, tree / name)
        for file in sorted(tree.rglob("*"), reverse=bool(number)):
            os.utime(file, (number * 1e9, number * 1e9))
        told.append(sums(built(tree, tmp_path / f"dist-{number}", AT)))
    assert told[0] == told[1]
    assert [line.split("  ")[1] for line in told[0].splitlines()] == [
        "cambist-0.1.0-py3-none-any.whl",
        "cambist-0.1.0.tar.gz",
    ]


def test_sums_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sums([tmp_path / "a"]) == f"{hashlib.sha256(b'abc').hexdigest()}  a\n"
