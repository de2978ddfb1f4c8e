"""`python -m bench.kill [N]`: kill -9 N times (2,000), half at named points, half at random moments."""

import asyncio
import random
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tests.faults.killing import Kill, plan, strike_all

KILLS = 2_000
LANES = 3


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    seed = random.SystemRandom().randrange(2**32)
    screen = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen) as progress:
        bar = progress.add_task("kill -9", total=kills)

        def tell(kill: Kill) -> None:
            progress.update(bar, advance=1, description=f"{kill}"[:44].ljust(44))

        try:
            seen = asyncio.run(strike_all(plan(kills, seed), LANES, tell))
        except KeyboardInterrupt:
            done = progress.tasks[0].completed
            screen.print(f"Stopped after {done:g} kills: nothing half-written, nothing lost.")
            return 130
    screen.print(f"{kills} kills, {seen} acknowledged loads: none half-written, none lost (seed {seed}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
