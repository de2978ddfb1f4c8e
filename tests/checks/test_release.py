"""What a release is made of is told whole, and building it again gives the same bytes."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from checks.release import LOCKED, ROOT, built, materials, pins, sums
from hatch_build import FILES, VENDOR

from cambist.web.assets import assets

SOURCES = (
    *("src", "pyproject.toml", "README.md", "LICENSE", ".gitignore", ".npmrc"),
    *("hatch_build.py", "package.json", "package-lock.json"),
)
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


@pytest.fixture(name="dists", scope="module")
def _dists(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders with a release each, built at another time and place from the same files."""
    made = []
    for number in range(2):
        tree, into = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
        for name in SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, tree / name)
        for file in sorted(tree.rglob("*"), reverse=bool(number)):
            os.utime(file, (number * 1e9, number * 1e9))
        built(tree, into, AT)
        made.append(into)
    return made


@pytest.mark.filterwarnings("default")
def test_building_twice_at_another_time_and_place_gives_the_same_bytes(dists: list[Path]) -> None:
    first, second = (sums(sorted(each.iterdir())) for each in dists)
    assert first == second
    assert [line.split("  ")[1] for line in first.splitlines()] == [
        "cambist-0.1.0-py3-none-any.whl",
        "cambist-0.1.0.tar.gz",
    ]


def test_wheel_and_sdist_hold_what_browsers_load_with_its_licences(dists: list[Path]) -> None:
    with zipfile.ZipFile(dists[0] / "cambist-0.1.0-py3-none-any.whl") as wheel:
        in_wheel = {name.rpartition("/vendor/")[2] for name in wheel.namelist() if "/vendor/" in name}
    with tarfile.open(dists[0] / "cambist-0.1.0.tar.gz") as sdist:
        names = sdist.getnames()
    assert in_wheel == set(FILES.values())
    assert {name.rpartition("/vendor/")[2] for name in names if "/vendor/" in name} == in_wheel
    assert {f"cambist-0.1.0/{name}" for name in ("hatch_build.py", "package-lock.json")} <= set(names)


_SERVING = """
import asyncio, cambist, httpx
from starlette.applications import Starlette
from cambist.web import assets
async def main():
    transport = httpx.ASGITransport(Starlette(routes=[assets.ROUTE]))
    async with httpx.AsyncClient(transport=transport, base_url="http://cambist") as client:
        for name, each in assets.assets().items():
            answer = await client.get(each.path)
            print(name, answer.status_code, answer.content == each.body and len(each.body) > 0)
print(cambist.__file__)
asyncio.run(main())
"""


def test_what_a_wheel_installs_serves_all_of_them(dists: list[Path], tmp_path: Path) -> None:
    (wheel,) = dists[0].glob("*.whl")
    installing = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target"]
    subprocess.run([sys.executable, *installing, tmp_path, wheel], check=True, timeout=60)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", _SERVING],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    file, *served = told.stdout.splitlines()
    assert file.startswith(str(tmp_path))
    assert served == [f"{name} 200 True" for name in assets()]


def test_files_of_others_are_ignored_by_git_and_their_lock_names_no_address() -> None:
    asked = [str(VENDOR.relative_to(ROOT) / name) for name in FILES.values()] + ["screenshots/overview.png"]
    ignored = subprocess.run(
        ["git", "check-ignore", *asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ignored.stdout.splitlines() == asked
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert "://" not in json.dumps(lock)
    pinned = [each for path, each in lock["packages"].items() if path]
    assert len(pinned) == 2
    assert all(each["integrity"].startswith("sha512-") for each in pinned)


def test_sums_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sums([tmp_path / "a"]) == f"{hashlib.sha256(b'abc').hexdigest()}  a\n"
