"""The commands `demo` and `simulate`; what they run is imported with them, so that no server carries it."""

from pathlib import Path
from typing import Annotated

import typer

from cambist.cli.console import AsJson


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the call instead of staying up.")] = False,
    as_json: AsJson = False,
    port: Annotated[int, typer.Option(help="The server's port; 0 takes a free one.", min=0, max=65535)] = 0,
) -> None:
    """See it work: a simulated exchange, a server, an account, a signed load. Nothing is kept."""
    from cambist.cli.demonstration import demonstrate  # noqa: PLC0415

    demonstrate(port, once, as_json)


def simulate(
    exchange: Annotated[
        list[str] | None, typer.Argument(help="Market codes, such as binance_us.", metavar="EXCHANGE…")
    ] = None,
    port: Annotated[int, typer.Option(help="Port on loopback.", min=0, max=65535)] = 8700,
    scenario: Annotated[Path | None, typer.Option(help="A scenario file instead of a made-up one.")] = None,
    assets: Annotated[int, typer.Option(help="Assets in the made-up account.", min=1)] = 3,
    latency_ms: Annotated[int, typer.Option(help="Every answer takes this long.", min=0, max=120_000)] = 0,
    replay: Annotated[
        Path | None, typer.Option(help="Serve the answer in this file, of any one exchange, instead.")
    ] = None,
    case: Annotated[int, typer.Option(help="Which of a recording's cases, from 1.", min=1)] = 1,
) -> None:
    """Play exchanges on loopback, signatures and errors included, until Ctrl-C."""
    from cambist.cli.simulation import play, replayed  # noqa: PLC0415

    if replay is not None:
        replayed(exchange or [], port, replay, case)
    else:
        play(exchange or [], port, scenario, assets, latency_ms)
