"""keys and users: made, listed, revoked; secrets shown once."""

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.api.requests import ed25519_key, public_pem
from tests.cli.terminals import Terminal


def test_a_key_shows_its_secret_once_and_is_revoked(terminal: Terminal) -> None:
    made = terminal.run("keys", "create", "--name", "for the bot", "--json")
    assert (made.code, made.err) == (0, "")
    assert list(made.json) == ["api_key", "secret", "kind", "permissions", "allow", "expires_at"]
    assert made.json["permissions"] == ["ACCOUNTS_READ", "ACCOUNTS_WRITE"]
    listed = terminal.run("keys", "list", "--json")
    assert made.json["secret"] not in listed.out
    assert [(key["api_key"], key["name"], key["kind"], key["revoked_at"]) for key in listed.json] == [
        (made.json["api_key"], "for the bot", "system", None)
    ]
    assert listed.json[0]["used_at"] is None
    assert terminal.run("keys", "revoke", made.json["api_key"]).out == "Revoked.\n"
    assert terminal.here("keys", "list", "--json").json[0]["revoked_at"] is not None
    assert terminal.here("keys", "revoke", "unknown").refusal == "There is no such API key."


def test_a_key_can_be_given_one_permission_an_end_or_a_public_half(terminal: Terminal) -> None:
    one = terminal.here(
        "keys", "create", "--permission", "ACCOUNTS_READ", "--expires", "2100-01-01", "--json"
    )
    assert one.json["permissions"] == ["ACCOUNTS_READ"]
    pem = terminal.folder / "public.pem"
    pem.write_text(public_pem())
    rsa = terminal.here("keys", "create", "--rsa-public-key", pem, "--json")
    assert rsa.json["secret"] is None
    pem.write_text(public_pem().replace("PUBLIC", "PRIVATE"))
    assert "is a private key" in terminal.here("keys", "create", "--rsa-public-key", pem).refusal
    assert terminal.here("keys", "create", "--expires", "soon").refusal == "expires is not an ISO 8601 time"
    assert terminal.here("keys", "create", "--expires", "2000-01-01").refusal == "expires is in the past"
    kinds = [key["kind"] for key in terminal.here("keys", "list", "--json").json]
    assert kinds == ["system", "rsa"]


def test_a_strict_key_has_a_secret_or_a_public_half_of_either_kind(terminal: Terminal) -> None:
    pem = terminal.folder / "public.pem"
    made = terminal.here("keys", "create", "--strict", "--json").json
    assert (made["kind"], len(made["secret"])) == ("strict", 64)
    pem.write_text(public_pem())
    rsa = terminal.here("keys", "create", "--strict", "--rsa-public-key", pem, "--json").json
    assert (rsa["kind"], rsa["secret"]) == ("strict-rsa", None)
    pem.write_text(public_pem(ed25519_key()))
    for words in ((), ("--strict",)):
        made = terminal.here("keys", "create", *words, "--ed25519-public-key", pem, "--json").json
        assert (made["kind"], made["secret"]) == ("strict-ed25519", None)
    kinds = [key["kind"] for key in terminal.here("keys", "list", "--json").json]
    assert kinds == ["strict", "strict-rsa", "strict-ed25519", "strict-ed25519"]
    told = terminal.here("keys", "create", "--strict").out
    assert "kind         strict\n" in told


def test_a_strict_key_is_refused_a_private_half_two_halves_and_unsigned_bodies(terminal: Terminal) -> None:
    pem, private = terminal.folder / "public.pem", terminal.folder / "private.pem"
    pem.write_text(public_pem(ed25519_key()))
    secret_half = ed25519_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private.write_bytes(secret_half)
    refused = {
        (
            "--ed25519-public-key",
            private,
        ): "ed25519_public_key is a private key: register the public half only; this one was not kept",
        ("--rsa-public-key", pem, "--strict"): "rsa_public_key is not an RSA public key of 2048 to 4096 bits "
        "in PEM form",
        ("--rsa-public-key", pem, "--ed25519-public-key", pem): "ed25519_public_key is a second public key: "
        "a key has one",
        (
            "--strict",
            "--unsigned-body",
        ): "unsigned_body is not for a strict key, which signs all that it sends",
    }
    for words, refusal in refused.items():
        assert terminal.here("keys", "create", *words).refusal == refusal
    assert terminal.here("keys", "list", "--json").json == []
    database = b"".join(file.read_bytes() for file in terminal.data.iterdir() if file.is_file())
    assert secret_half.splitlines()[1] not in database


def test_a_key_shows_where_it_may_be_used_from_and_when_it_ends(terminal: Terminal) -> None:
    words = ("--allow", "10.0.0.0/8", "--allow", "2001:db8::1", "--expires", "2100-01-01")
    made = terminal.here("keys", "create", *words, "--json").json
    assert made["allow"] == ["10.0.0.0/8", "2001:db8::1/128"]
    assert made["expires_at"] == "2100-01-01T00:00:00Z"
    listed = terminal.here("keys", "list", "--json").json
    assert [(key["allow"], key["expires_at"]) for key in listed] == [(made["allow"], made["expires_at"])]
    shown = terminal.here("keys", "list").out
    assert "10.0.0.0/8, 2001:db8::1/128" in shown
    told = terminal.here("keys", "create", *words).out
    assert "from         10.0.0.0/8, 2001:db8::1/128\nuntil        2100-01-01 00:00:00+00:00\n" in told
    assert "from         any address\nuntil        it is revoked\n" in terminal.here("keys", "create").out


def test_what_is_no_network_makes_no_key(terminal: Terminal) -> None:
    for wrong in ("10.0.0.1/8", "example.org", "", "10.0.0.0/33"):
        refusal = terminal.here("keys", "create", "--allow", wrong).refusal
        assert refusal.startswith("allow is not an address or a network: ")
    many = [word for _ in range(65) for word in ("--allow", "10.0.0.0/8")]
    assert terminal.here("keys", "create", *many).refusal == "allow is too long (maximum is 64 networks)"
    assert terminal.here("keys", "list", "--json").json == []


def test_people_are_added_once_listed_and_get_passwords(terminal: Terminal) -> None:
    assert terminal.run("users", "add", "Ada").code == 0
    assert terminal.here("users", "add", "Ada").refusal.startswith("name ")
    assert terminal.here("users", "add", "  ").refusal == "name does not have a valid value"
    people = terminal.here("users", "list", "--json").json
    assert [(user["id"], user["name"]) for user in people] == [(1, "owner"), (2, "Ada")]
    made = terminal.here("keys", "create", "--user", "Ada", "--json").json
    assert [key["api_key"] for key in terminal.here("keys", "list", "--user", "Ada", "--json").json] == [
        made["api_key"]
    ]
    assert terminal.here("keys", "list", "--json").json == []
    assert terminal.here("keys", "list", "--user", "Bob").refusal

    password = terminal.run("users", "password", "Ada", CAMBIST_PASSWORD="a long enough one")
    assert (password.code, password.out) == (0, "The password is set.\n")
    short = terminal.here("users", "password", "Ada", CAMBIST_PASSWORD="short")
    assert short.refusal == "password must have 10 to 1024 characters"
    database = b"".join(file.read_bytes() for file in terminal.data.iterdir() if file.is_file())
    assert b"$argon2id$" in database
    assert b"a long enough one" not in database
