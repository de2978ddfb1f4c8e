"""serve, init and users from a terminal: the first run, TLS, who is signed in where."""

import re
import ssl
import urllib.request
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.api.test_tls import Files
from tests.cli.terminals import Terminal, fetch, line_with
from tests.web.browsers import PASSWORD
from tests.worlds import API

TOKEN = re.compile(r"token ([0-9a-f]{64}) sets the owner's name and password at (\S+)/first-run")


def post(url: str, origin: str, fields: dict[str, str]) -> int:
    """The status that a form gets."""

    class Staying(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    asked = urllib.request.Request(url, data=urlencode(fields).encode(), headers={"Origin": origin})
    try:
        with urllib.request.build_opener(Staying).open(asked, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as told:
        told.close()
        return told.code


def test_serve_on_an_empty_folder_installs_and_its_token_makes_the_owner(bare: Terminal) -> None:
    with bare.staying("serve", "--port", "0") as process:
        assert line_with(process.stderr, "Made:").startswith("Made: master key, database, owner;")
        line_with(process.stderr, "Cambist serves")
        found = TOKEN.search(line_with(process.stderr, "First run"))
        assert found is not None
        token, url = found.groups()
        fields = {"token": token, "name": "Ada", "password": PASSWORD}
        assert post(f"{url}/first-run", "http://evil.example", fields) == 403
        assert post(f"{url}/first-run", url, {**fields, "token": "0" * 64}) == 401
        assert post(f"{url}/first-run", url, fields) == 303
        assert post(f"{url}/sign-in", url, {"name": "Ada", "password": PASSWORD}) == 303
        [owner] = bare.here("users", "list", "--json").json
        assert (owner["name"], owner["has_password"], owner["sessions"]) == ("Ada", True, 2)
        listed = bare.here("users", "sessions", "Ada", "--json").json
        assert [(each["id"], each["visitor"]["address"]) for each in listed] == [
            (2, "127.0.0.1"),
            (1, "127.0.0.1"),
        ]
        assert "127.0.0.1" in bare.here("users", "sessions", "Ada").out
        assert bare.here("users", "end-sessions", "Ada").out == "Sessions ended: 2.\n"
        assert bare.here("users", "sessions", "Ada").out == "Ada is signed in nowhere.\n"
    assert bare.here("init", "--json").json["first_run_token"] is None


def test_a_folder_that_holds_something_else_is_not_installed_in(bare: Terminal) -> None:
    bare.data.mkdir()
    (bare.data / "letter.txt").write_text("mine")
    refusal = bare.here("serve", "--port", "0").refusal
    assert refusal == f"There is no database in {bare.data}: run 'cambist init' first."
    assert not bare.key_file.exists()


def test_init_tells_a_new_token_while_the_owner_has_no_password(terminal: Terminal) -> None:
    told = [TOKEN.search(terminal.here("init").out) for _ in range(2)]
    assert all(told)
    assert len({found[1] for found in told if found}) == 2
    people = terminal.here("users", "list").out
    assert re.search(r"owner .* none +0 *$", people, re.MULTILINE)
    assert terminal.run("users", "password", "owner", CAMBIST_PASSWORD=PASSWORD).code == 0
    assert "First run" not in terminal.here("init").out
    assert re.search(r"owner .* set +0 *$", terminal.here("users", "list").out, re.MULTILINE)


def test_nobodys_sessions_are_neither_listed_nor_ended(terminal: Terminal) -> None:
    for words in (("users", "sessions", "Bob"), ("users", "end-sessions", "Bob")):
        assert terminal.here(*words).refusal == "There is no user named 'Bob'."


def test_serve_speaks_tls_and_says_so(terminal: Terminal, tmp_path: Path) -> None:
    files = Files(tmp_path / "server.pem", tmp_path / "server.key")
    files.make()
    words = ("--tls-cert", str(files.certificate), "--tls-key", str(files.key))
    with terminal.staying("serve", "--port", "0", *words) as process:
        found = re.search(r"https://127\.0\.0\.1:\d+", line_with(process.stderr, "Cambist serves"))
        assert found is not None
        context = ssl.create_default_context(cafile=files.certificate)
        with urllib.request.urlopen(f"{found[0]}{API}/ping", timeout=20, context=context) as answer:
            assert answer.read() == b'{"pong":"pong"}'
        told = TOKEN.search(line_with(process.stderr, "First run"))
        assert told is not None
        assert told[2] == found[0]


def test_serve_refuses_tls_that_cannot_be(terminal: Terminal, tmp_path: Path) -> None:
    files = Files(tmp_path / "server.pem", tmp_path / "server.key")
    files.make()
    both = ("--tls-cert", files.certificate, "--tls-key", files.key)
    only = terminal.here("serve", "--port", "0", *both[:2]).refusal
    assert "tls_cert and tls_key are given together, or neither" in only
    plain = terminal.here("serve", "--port", "0", *both, CAMBIST_PUBLIC_URL="http://cambist.example")
    assert plain.refusal == "With TLS, CAMBIST_PUBLIC_URL begins with https://: pages are held to it."
    files.key.chmod(0o604)
    assert "can be read by others" in terminal.here("serve", "--port", "0", *both).refusal


def test_serve_warns_of_being_heard_and_read_by_other_machines(terminal: Terminal) -> None:
    with terminal.staying("serve", "--port", "0", "--host", "0.0.0.0") as process:
        line_with(process.stderr, "Cambist serves http://0.0.0.0:")
        assert line_with(process.stderr, "Warning").startswith("Warning: other machines reach this server")
        found = TOKEN.search(line_with(process.stderr, "First run"))
        assert found is not None
        assert fetch("GET", f"{found[2]}{API}/ping") == {"pong": "pong"}
        assert found[2].startswith("http://127.0.0.1:")


def test_settings_of_doors_that_cannot_be_used_are_named(bare: Terminal) -> None:
    for name, value, said in (
        ("ALLOWED_HOSTS", '["a b"]', "allowed_hosts has no host in 'a b'"),
        ("ALLOWED_HOSTS", "a.example", "CAMBIST_ALLOWED_HOSTS needs a JSON list"),
        ("PUBLIC_URL", "cambist.example", "public_url begins with http:// or https://"),
        ("TLS_KEY", "/k", "tls_cert and tls_key are given together, or neither"),
    ):
        assert said in bare.here("settings", **{f"CAMBIST_{name}": value}).refusal
