"""`make release`: wheel and sdist, the same bytes whenever built; what they are made of; the sums of all."""

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from checks.licences import licence

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
LOCKED = ROOT / "requirements" / "runtime.txt"
SCHEMA = SchemaVersion.V1_6
_PIN = re.compile(r"^([a-z0-9._-]+)==([^ \\]+)(?: ; ([^\\]+?))? \\$((?:\n    --hash=.*)+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """A locked requirement: its hashes are those of all files that may be installed for it.

    where: the environments that need it, in the words of the lock; none for all.
    """

    name: str
    version: str
    where: str
    sha256: tuple[str, ...]


def pins(locked: str) -> Iterator[Pin]:
    """The pins of a hash-locked file of requirements."""
    for found in _PIN.finditer(locked):
        name, version, where, hashes = found.groups()
        yield Pin(name, version, where or "", tuple(_HASH.findall(hashes)))


def materials(name: str, version: str, locked: str, at: datetime) -> str:
    """The CycloneDX document of a release and its locked requirements. Raises ValueError if invalid."""
    release = Component(
        type=ComponentType.APPLICATION,
        name=name,
        version=version,
        bom_ref=f"{name}=={version}",
        purl=PackageURL("pypi", None, name, version),
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    parts = [_component(pin) for pin in pins(locked)]
    # Named by what it says, so that the same release has the same document.
    number = uuid5(NAMESPACE_URL, f"{name}=={version}\n{locked}")
    bom = Bom(components=parts, serial_number=number)
    bom.metadata.component, bom.metadata.timestamp = release, at
    bom.register_dependency(release, parts)
    document = make_outputter(bom, OutputFormat.JSON, SCHEMA).output_as_string(indent=2)
    if (broken := JsonStrictValidator(SCHEMA).validate_str(document)) is not None:
        raise ValueError(f"the document does not fit its schema: {broken}")
    return document


def _component(pin: Pin) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        name=pin.name,
        version=pin.version,
        bom_ref=f"{pin.name}=={pin.version}",
        purl=PackageURL("pypi", None, pin.name, pin.version),
        description=f"needed where {pin.where}" if pin.where else None,
        licenses=[LicenseFactory().make_from_string(licence(pin.name))],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in pin.sha256],
    )


def built(root: Path, into: Path, at: datetime) -> list[Path]:
    """Wheel and sdist of a source tree; every time in them is `at`, and never now."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(into)],
        cwd=root,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(at.timestamp()))},
        check=True,
        capture_output=True,
    )
    return sorted(into.glob("cambist-*"))


def sums(files: list[Path]) -> str:
    """The lines of SHA256SUMS."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def committed_at(root: Path) -> datetime:
    """When the last commit was made."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=root, check=True, capture_output=True, text=True
    )
    return datetime.fromtimestamp(int(told.stdout), UTC)


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    at = committed_at(ROOT)
    for old in DIST.glob("*"):
        old.unlink()
    files = built(ROOT, DIST, at)
    document = DIST / f"{project['name']}-{project['version']}.cdx.json"
    document.write_text(materials(project["name"], project["version"], LOCKED.read_text(), at))
    told = sums([*files, document])
    (DIST / "SHA256SUMS").write_text(told)
    print(told, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
