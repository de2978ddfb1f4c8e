"""Every recipe of the page on strict keys does what the page says, run as it is written there."""

import re
from pathlib import Path

from tests.clients.conftest import Served
from tests.clients.programs import run
from tests.clients.test_migrating import ADDRESS, RUNNERS

PAGE = (Path(__file__).parents[2] / "docs" / "strict-keys.md").read_text()
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def cook(served: Served, language: str, script: str, folder: Path, key: str = "", secret: str = "") -> str:
    """What a recipe prints; the server's address is all that is changed."""
    command = RUNNERS[language](script.replace(ADDRESS, served.url))
    return run(command, "", folder, KEY=key, SECRET=secret, ACCOUNT_ID=str(served.account_id))


def test_the_page_has_the_recipes_that_are_run_here() -> None:
    assert [language for language, _ in BLOCKS] == ["sh", "sh", "sh", "python"]


def test_curl_signs_with_a_secret(served: Served, tmp_path: Path) -> None:
    key = served.standing.run(served.standing.world.new_key(strict=True))
    printed = cook(served, *BLOCKS[0], tmp_path, key.api_key, key.secret)
    assert printed.count('"market_code":"binance_us"') == 3
    assert served.account()["name"] == "By curl"


def test_curl_signs_with_ed25519(served: Served, tmp_path: Path) -> None:
    functions = BLOCKS[0][1].partition("\nsign() ")[0]
    cook(served, *BLOCKS[1], tmp_path)
    pem = (tmp_path / "public.pem").read_text()
    key = served.standing.run(served.standing.world.new_key(ed25519_public_key=pem))
    printed = cook(served, "sh", f"{functions}\n{BLOCKS[2][1]}", tmp_path, key.api_key)
    assert printed.startswith(f'[{{"id":{served.account_id},')


def test_the_python_client_loads_the_account(served: Served, tmp_path: Path) -> None:
    key = served.standing.run(served.standing.world.new_key(strict=True))
    printed = cook(served, *BLOCKS[3], tmp_path, key.api_key, key.secret)
    account = served.account()
    assert printed.split() == [*account["name"].split(), account["usd_amount"]]
