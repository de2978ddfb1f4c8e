"""Every dependency has a line that says why and an allowed licence; no file names a registry."""

import re
import subprocess
import tomllib
from typing import Any

import pytest
from checks.licences import ALLOWED, LicenceUnknown, is_allowed, licence, names_in
from checks.release import LOCKED, ROOT, pins

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DOCUMENT = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
RUNTIME = [*PROJECT["dependencies"], *(each for extra in EXTRAS if extra != "dev" for each in EXTRAS[extra])]
DEV = [each for each in EXTRAS["dev"] if not each.startswith("cambist[")]
# Letter by letter backwards, so that this file does not hold what it looks for.
HOSTS = ("gro.ipyp", "gro.detsohnohtyp", "gro.sjmpn", "moc.gkpnray", "gro.gnalog.yxorp", "oi.setarc")


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return found[0].lower()


def rows() -> dict[str, str]:
    """{package: what the document says of its licence}; those that come with another are beside it."""
    told: dict[str, str] = {}
    for line in DOCUMENT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[1] != "licence":
            told |= dict.fromkeys(re.findall(r"[a-z0-9][a-z0-9._-]*", cells[0].lower()), cells[1])
    return told


def family(name: str) -> str:
    return name.split("-", maxsplit=1)[0]


@pytest.mark.parametrize("package", [name_of(each) for each in (*RUNTIME, *DEV)])
def test_a_direct_dependency_has_its_line_with_the_licence_that_it_comes_under(package: str) -> None:
    assert package in rows(), "say in docs/decisions/dependencies.md why it is needed"
    said = {family(each) for each in names_in(rows()[package].replace(",", ""))}
    assert {family(each) for each in names_in(licence(package))} & said


@pytest.mark.parametrize("package", [pin.name for pin in pins(LOCKED.read_text())])
def test_whatever_runs_with_cambist_comes_under_an_allowed_licence(package: str) -> None:
    assert is_allowed(licence(package))


@pytest.mark.parametrize("package", [name_of(each) for each in DEV])
def test_what_tests_and_checks_use_is_allowed_or_a_client_that_the_document_names(package: str) -> None:
    if not is_allowed(licence(package)):
        assert family(licence(package)) in {"GPL", "LGPL"}
        assert "a client that others wrote" in next(
            line for line in DOCUMENT.splitlines() if line.startswith(f"| {package} ")
        )


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("AGPL-3.0-only OR MIT", True),
        ("LGPL-2.1-or-later", False),
        ("SSPL-1.0", False),
    ],
)
def test_of_a_choice_one_licence_is_enough_and_of_all_each_must_be_allowed(
    expression: str, allowed: bool
) -> None:
    assert is_allowed(expression) is allowed
    assert names_in("MIT OR ISC") <= ALLOWED


def test_a_licence_that_nobody_tells_is_not_guessed() -> None:
    with pytest.raises(LicenceUnknown, match="no-such-package is not installed"):
        licence("no-such-package")


def test_no_file_names_a_registry() -> None:
    words = [word for host in HOSTS for word in ("-e", host[::-1])]
    found = subprocess.run(["git", "grep", "-lIF", *words], cwd=ROOT, capture_output=True, check=False)
    assert (found.returncode, found.stdout) == (1, b"")
