"""`make profile`: where a load's CPU goes, by py-spy on the server of the benchmarks."""

import asyncio
import collections
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.run import ACCOUNTS, FRESH_S, driven

RESULTS = Path(__file__).parent / "results"
SECONDS = 12
RATE = 400
MOST_ROWS = 40


async def record(assets: int, file: Path) -> None:
    async with driven("binance_us", assets, ACCOUNTS[assets]) as (server, _):
        # An account's first load does what later ones need not.
        await server.cpu_of_loads(len(server.accounts))
        await asyncio.sleep(FRESH_S)
        spy = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "py-spy"),
            *("record", "--pid", str(server.pid), "--duration", str(SECONDS), "--rate", str(RATE)),
            *("--format", "raw", "--gil", "--output", str(file)),
        )
        while spy.returncode is None:
            await server.cpu_of(server.load, len(server.accounts))
            await asyncio.sleep(FRESH_S)
        if spy.returncode:
            raise SystemExit("py-spy could not record: it needs the right to trace a process.")


def main() -> None:
    assets = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "profile.txt"
    asyncio.run(record(assets, file))
    own: collections.Counter[str] = collections.Counter()
    within: collections.Counter[str] = collections.Counter()
    for line in file.read_text().splitlines():
        stack, _, samples = line.rpartition(" ")
        frames = stack.split(";")
        own[frames[-1]] += int(samples)
        for frame in set(frames):
            within[frame] += int(samples)
    total = sum(own.values())
    table = Table("within", "own", "where", box=None)
    for frame, count in within.most_common(MOST_ROWS):
        table.add_row(f"{count / total:.1%}", f"{own[frame] / total:.1%}", frame)
    screen = Console()
    screen.print(table)
    screen.print(f"{total} samples of a load of {assets} assets; the stacks are in {file}")


if __name__ == "__main__":
    main()
