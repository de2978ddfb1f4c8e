"""The secret scan of `make check`: no file of the repository holds a key, a token or a password."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).parents[1]

# Lines whose long texts are sums of public files.
_SUMS = [r"--hash=sha256:[0-9a-f]{64}", r'"integrity": "sha512-']
# Values that are names of fields, or words joined by signs, as tests call their made-up secrets.
_WORDS = [r"^[A-Za-z]{1,16}(?:[-_ .,:][A-Za-z]{0,16}[0-9]{0,6})*$"]

_FILTERS = (
    *(
        {"path": f"detect_secrets.filters.heuristic.{name}"}
        for name in (
            "is_sequential_string",
            "is_templated_secret",
            "is_prefixed_with_dollar_sign",
            "is_non_text_file",
            "is_not_alphanumeric_string",
        )
    ),
    {"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": _SUMS},
)
# After a name like "secret" a call or plain words are none; by its form each text is looked at too.
_FILTERS_BY_NAME = (
    *_FILTERS,
    {"path": "detect_secrets.filters.heuristic.is_indirect_reference"},
    {"path": "detect_secrets.filters.regex.should_exclude_secret", "pattern": _WORDS},
)
_BY_NAME = "KeywordDetector"
_LEFT_OUT = "IPPublicDetector"  # addresses are no secrets


@dataclass(frozen=True, slots=True)
class Found:
    """What looks like a secret: where, of which kind, and how it begins."""

    file: str
    line: int
    kind: str
    begins: str


# What is no secret though it looks like one: {(file, first characters): why}.
_EXAMPLE = "the public half of a key in the wire format's published example"
_VECTOR = "the wire format's published secret and the signatures made with it"
_RFC = "keys and signatures of the examples of RFC 9421"
_MADE_UP = "made once under a master key of consecutive bytes, which the test shows"
KNOWN: dict[tuple[str, str], str] = {
    ("src/cambist/api/examples.json", "yzNYzv8a"): _EXAMPLE,
    ("tests/golden/load_balances_201.json", "yzNYzv8a"): _EXAMPLE,
    ("tests/api/test_endpoints.py", "exch…tes"): "a masked key",
    **{
        (f"tests/{file}", begins): _VECTOR
        for file in ("api/test_signing.py", "vault/test_signatures.py")
        for begins in ("NhqPtmdS", "0475b407", "bca8d8c1")
    },
    **{
        ("tests/vault/test_envelope.py", begins): _MADE_UP
        for begins in ("016affa4", "219c0ab8", "01afbbe7", "600a453e")
    },
    ("tests/vault/test_master_key.py", "7ec0d7e5"): _MADE_UP,
    **{("tests/api/test_strict_text.py", begins): _RFC for begins in ("uzvJfB4u", "pxcQw6G3", "wqcAqbmY")},
    **{
        (f"tests/{room}/test_kraken.py", "d3Jvbmc="): "the word wrong as Kraken writes secrets"
        for room in ("exchanges", "simulator")
    },
    ("tests/exchanges/test_kraken.py", "no!base6"): "what no secret of Kraken can be",
    **dict.fromkeys(
        (
            ("docs/decisions/egress.md", "password"),
            ("src/cambist/core/egress.py", "password"),
            ("tests/cli/test_egress.py", "password"),
            ("tests/core/test_egress.py", "password"),
            ("tests/core/test_egress.py", "{PASSWORD"[:8]),
        ),
        "an address of a proxy as the documentation writes one, or as a test does",
    ),
    ("tests/exchanges/test_dydx.py", "dydx14zz"): "the address of a wallet, which is public",
    ("tests/core/test_credentials.py", "is too s"): "the words of a refusal",
    ("tests/core/test_credentials.py", "is too l"): "the words of a refusal",
    ("tests/outward/test_destinations.py", "word"): "an address with a password, which is refused",
    ("tests/vault/test_passwords.py", "b410ff61"): "the end of a published sum",
    ("tests/vault/test_signatures.py", "whsec_Mf"): "the published example of Standard Webhooks",
    ("tests/vault/test_signatures.py", "msg_p5jX"): "the published example of Standard Webhooks",
}


def scanned(root: Path, files: Iterable[str]) -> Iterator[Found]:
    """Everything in these files that looks like a secret."""
    known: dict[str, type] = get_mapping_from_secret_type_to_class()
    kinds = {kind.__name__ for kind in known.values()} - {_LEFT_OUT}
    names = list(files)
    for plugins, filters in ((kinds - {_BY_NAME}, _FILTERS), ({_BY_NAME}, _FILTERS_BY_NAME)):
        used = {"plugins_used": [{"name": each} for each in sorted(plugins)], "filters_used": list(filters)}
        with transient_settings(used):
            for name in names:
                for secret in scan_file(str(root / name)):
                    yield Found(name, secret.line_number, secret.type, (secret.secret_value or "")[:8])


def listed(root: Path) -> list[str]:
    """The repository's files."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True, text=True)
    return [name for name in told.stdout.split("\0") if name and (root / name).is_file()]


def judged(found: Sequence[Found]) -> list[str]:
    """A sentence for each finding that is not known, and for each known one that is gone."""
    seen = {(each.file, each.begins) for each in found}
    unknown = [
        f"{each.file}:{each.line}: {each.kind}, which begins with {each.begins[:4]}…"
        for each in found
        if (each.file, each.begins) not in KNOWN
    ]
    return unknown + [f"{file}: {begins}… is not there any more" for file, begins in KNOWN.keys() - seen]


def main() -> int:
    wrong = judged(list(scanned(ROOT, listed(ROOT))))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
