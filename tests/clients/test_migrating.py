"""Every recipe of the migration page does what the page says, run as it is written there."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cambist.api.routes import ENDPOINTS
from tests.clients.conftest import Served
from tests.clients.programs import NODE, PROGRAMS, run

PAGE = (Path(__file__).parents[2] / "docs" / "migrating-from-3commas.md").read_text()
ADDRESS = "http://127.0.0.1:8600"
RUNNERS: dict[str, Callable[[str], list[str]]] = {
    "sh": lambda script: ["bash", "-euo", "pipefail", "-c", script],
    "python": lambda script: [sys.executable, "-c", script],
    "js": lambda script: [str(NODE), "-e", script],
}


def recipes(heading: str) -> list[tuple[str, str]]:
    """(language, script) of each block under a heading, but for what is typed at a console."""
    section = re.search(rf"^## {re.escape(heading)}\b.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None, heading
    return re.findall(r"^```(sh|python|js)\n(.*?)^```", section[0], re.MULTILINE | re.DOTALL)


def cook(served: Served, recipe: tuple[str, str], folder: Path, key: str, secret: str = "") -> str:
    """What a recipe prints; the server's address is all that is changed."""
    language, script = recipe
    command = RUNNERS[language](script.replace(ADDRESS, served.url))
    return run(command, "", folder, KEY=key, SECRET=secret, ACCOUNT_ID=str(served.account_id))


@pytest.mark.parametrize("client", PROGRAMS)
def test_the_recipe_of_a_client_loads_the_account(served: Served, tmp_path: Path, client: str) -> None:
    (recipe,) = recipes(client)
    account = served.account()
    printed = cook(served, recipe, tmp_path, served.keys["key"], served.keys["secret"])
    assert printed.split() == [*account["name"].split(), account["usd_amount"]]


def test_curl_and_openssl_load_and_rename(served: Served, tmp_path: Path) -> None:
    recipe = recipes("curl and openssl")[0]
    printed = cook(served, recipe, tmp_path, served.keys["key"], served.keys["secret"])
    assert printed.count('"market_code":"binance_us"') == 2
    assert served.account()["name"] == "By curl"


def test_openssl_makes_an_rsa_key_and_signs_with_it(served: Served, tmp_path: Path) -> None:
    _, make, ask = recipes("curl and openssl")
    cook(served, make, tmp_path, "")
    pem = (tmp_path / "public.pem").read_text()
    key = served.standing.run(served.standing.world.new_key(rsa_public_key=pem))
    printed = cook(served, ask, tmp_path, key.api_key)
    assert f'"id":{served.account_id},' in printed


def test_the_page_of_the_reference_signs_as_it_says(served: Served, tmp_path: Path) -> None:
    html = served.standing.run(served.standing.world.send("GET", "/docs")).raw.decode()
    block = re.search(r'<pre class="language-sh"><code>(.*?)</code>', html, re.DOTALL)
    assert block is not None
    printed = cook(served, ("sh", block[1]), tmp_path, served.keys["key"], served.keys["secret"])
    assert printed.startswith(f'[{{"id":{served.account_id},')


def test_every_block_of_the_page_is_run_by_a_test() -> None:
    fences = re.findall(r"^ *```(\w+)$", PAGE, re.MULTILINE)
    run_here = sum(len(recipes(heading)) for heading in (*PROGRAMS, "curl and openssl"))
    assert run_here == sum(language in RUNNERS for language in fences)
    assert set(fences) - set(RUNNERS) == {"console"}


def test_the_page_names_the_permission_of_every_path_it_lists() -> None:
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", PAGE, re.MULTILINE))
    for endpoint in ENDPOINTS:
        word = endpoint.path.rpartition("/")[2]
        needed = "neither key nor signature" if endpoint.public else "none, but signed"
        heading = needed if endpoint.permission is None else f"`{endpoint.permission}`"
        if not word.startswith("{") and any(f"`{word}`" in row for row in rows.values()):
            assert f"`{word}`" in rows[heading], endpoint.path
