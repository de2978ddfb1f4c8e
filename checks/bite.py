"""`make bite`: takes each protection out of a copy of the sources, one by one, and expects a red test."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checks.bites import BITES, Bite

ROOT = Path(__file__).parents[1]
AT_ONCE = 2
WITHIN_S = 180
SEEN = "seen"

# A summary line of pytest: a test that found something wrong, or one that did not get as far as that.
_RED = re.compile(r"^FAILED .* - (?:AssertionError|assert |Failed: DID NOT RAISE)", re.MULTILINE)
_BROKEN = re.compile(r"^(?:ERROR|FAILED)\b.*", re.MULTILINE)


async def tested(copy: Path, tests: Sequence[str]) -> tuple[int, str]:
    """(pytest's exit code, its output) for these tests over a copy's sources; 124 where they do not end."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(copy / "src"), str(copy))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "1000",  # so that the summary says why a test failed
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rfE", "--tb=no", "--maxfail=1", *tests),
        cwd=copy,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return 124, f"the tests did not end within {WITHIN_S} s"
    return process.returncode or 0, out.decode(errors="replace")


def verdict(code: int, output: str) -> str:
    """`seen` where a test was red for an assertion; else what went wrong with the bite."""
    if code == 0:
        return "SURVIVED"
    if code == 1 and _RED.search(output):
        return SEEN
    why = _BROKEN.search(output)
    return f"NO VERDICT ({code}): {why[0] if why else output.strip()[-300:]}"


def taken_out(source: str, bite: Bite) -> str | None:
    """The file without its protection; None where the old text does not stand there exactly once."""
    return source.replace(bite.old, bite.new) if source.count(bite.old) == 1 else None


async def bitten(copy: Path, bite: Bite) -> str:
    """The verdict on one protection; the copy is whole again afterwards."""
    source = await asyncio.to_thread((copy / bite.file).read_text)
    bent = taken_out(source, bite)
    if bent is None:
        return f"DOES NOT APPLY: the old text stands {source.count(bite.old)} times in {bite.file}"
    (copy / bite.file).write_text(bent)
    try:
        return verdict(*await tested(copy, bite.tests))
    finally:
        shutil.copy2(ROOT / bite.file, copy / bite.file)


def copied(to: Path) -> Path:
    """The working tree as it is, without what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "src", "tests"], cwd=to, check=True)
    return to


async def run(bites: Sequence[Bite], folder: Path, tell: Console) -> dict[str, str]:
    """{protection: verdict}, side by side over as many copies; first that all is green without a bite."""
    copies = [copied(folder / str(number)) for number in range(AT_ONCE)]
    code, output = await tested(copies[0], sorted({test for bite in bites for test in bite.tests}))
    if code:
        return {"the tests without any bite": f"NOT GREEN: {output.strip()[-2_000:]}"}
    waiting, found = list(reversed(bites)), dict.fromkeys((bite.protection for bite in bites), "")

    async def work(copy: Path) -> None:
        while waiting:
            bite = waiting.pop()
            found[bite.protection] = await bitten(copy, bite)
            tell.print(f"{bite.protection}: {found[bite.protection]}", markup=False)

    await asyncio.gather(*map(work, copies))
    return found


def main(words: Sequence[str]) -> int:
    """Words choose the protections whose names hold one of them; none chooses all."""
    screen = Console(highlight=False)
    chosen = [bite for bite in BITES if not words or any(word in bite.protection for word in words)]
    with tempfile.TemporaryDirectory(prefix="cambist-bite-") as folder:
        found = asyncio.run(run(chosen, Path(folder), Console(stderr=True, highlight=False)))
    table = Table("protection", "without it", box=None)
    for protection, said in found.items():
        table.add_row(protection, "a test is red" if said == SEEN else said)
    screen.print(table)
    failed = [protection for protection, said in found.items() if said != SEEN]
    screen.print(f"{len(found) - len(failed)} of {len(found)} protections are seen to be missed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
