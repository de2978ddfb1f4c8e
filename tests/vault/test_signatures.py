"""Signatures on requests: HMAC by the published vectors, RSA, and the keys that are refused."""

import hashlib
import hmac
from base64 import b64decode
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret
from cambist.vault import signatures
from cambist.vault.signatures import (
    checked_ed25519_public_key,
    checked_rsa_public_key,
    hmac_matches,
    public_key_matches,
    refuse_slowly,
)

# The specification's API page, "Published vectors".
PUBLISHED_SECRET = Secret("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")
PUBLISHED = {
    b"/public/api/ver1/users/change_mode?mode=paper": (
        "bca8d8c10acfbe8e76c5335d3efbe0a550487170a8bb7aaea0a13efabab55316"
    ),
    b'/public/api/ver1/users/change_mode?{"mode": "paper"}': (
        "0475b407ba6f2388d213134e478b330f74073388a232737837f79018694ae373"
    ),
}
TEXTS = (b"/ver1/accounts", b"/ver1/accounts?", b"/ver1/accounts?a=1")
RSA_KEY = generate_private_key(65537, 2048)
OTHER_RSA_KEY = generate_private_key(65537, 2048)


def test_a_webhook_is_signed_as_the_example_of_standard_webhooks_is() -> None:
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = signatures.webhook_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    first, second = (signatures.new_webhook_secret().reveal() for _ in range(2))
    assert first != second
    assert len(b64decode(first.removeprefix("whsec_"))) == 32


def pem_of(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(text: bytes, key: RSAPrivateKey = RSA_KEY) -> bytes:
    return key.sign(text, PKCS1v15(), SHA256())


PUBLIC = pem_of(RSA_KEY)
rsa_matches = partial(public_key_matches, "rsa-v1_5-sha256")
REFUSAL = {"rsa_public_key": ["is not an RSA public key of 2048 to 4096 bits in PEM form"]}


# ── HMAC ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", PUBLISHED)
def test_the_published_signatures_match(text: bytes) -> None:
    signature = bytes.fromhex(PUBLISHED[text])
    assert hmac_matches(PUBLISHED_SECRET, signature, [text])
    assert hmac_matches(PUBLISHED_SECRET, signature, list(PUBLISHED))
    assert hmac_matches(PUBLISHED_SECRET, signature, [b"another", text])


def test_a_published_signature_matches_no_other_text_and_no_other_secret() -> None:
    (first, signature), (second, _) = PUBLISHED.items()
    assert not hmac_matches(PUBLISHED_SECRET, bytes.fromhex(signature), [second])
    assert not hmac_matches(PUBLISHED_SECRET, bytes.fromhex(signature), [])
    assert not hmac_matches(Secret(PUBLISHED_SECRET.reveal()[:-1]), bytes.fromhex(signature), [first])


@given(st.text(st.characters(codec="utf-8")), st.lists(st.binary()), st.integers(0, 255))
def test_only_the_whole_hmac_of_one_of_the_texts_matches(secret: str, texts: list[bytes], bit: int) -> None:
    made = [hmac.new(secret.encode(), text, hashlib.sha256).digest() for text in texts]
    assert all(hmac_matches(Secret(secret), signature, texts) for signature in made)
    for signature in made:
        turned = (int.from_bytes(signature) ^ 1 << bit).to_bytes(32)
        assert not hmac_matches(Secret(secret), turned, texts)
        assert not hmac_matches(Secret(secret), signature[:-1], texts)
        assert not hmac_matches(Secret(secret), b"", texts)
        assert not hmac_matches(Secret(secret), signature.hex().encode(), texts)


# ── RSA ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", TEXTS)
def test_an_rsa_signature_over_any_of_the_texts_matches(text: bytes) -> None:
    assert rsa_matches(PUBLIC, signed(text), TEXTS)


def test_an_rsa_signature_matches_no_other_text_and_no_other_key() -> None:
    signature = signed(TEXTS[0])
    assert rsa_matches(PUBLIC, signature, TEXTS[1:]) is False
    assert not rsa_matches(PUBLIC, signature, [])
    assert not rsa_matches(pem_of(OTHER_RSA_KEY), signature, TEXTS)
    assert not rsa_matches(PUBLIC, signed(TEXTS[0], OTHER_RSA_KEY), TEXTS)


def test_other_paddings_and_hashes_do_not_match() -> None:
    text = TEXTS[0]
    assert not rsa_matches(PUBLIC, RSA_KEY.sign(text, PKCS1v15(), SHA1()), TEXTS)
    assert not rsa_matches(PUBLIC, RSA_KEY.sign(text, PKCS1v15(), SHA512()), TEXTS)
    pss = PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH)
    assert not rsa_matches(PUBLIC, RSA_KEY.sign(text, pss, SHA256()), TEXTS)


@given(st.integers(0, 2047))
def test_no_turned_bit_of_an_rsa_signature_goes_unseen(bit: int) -> None:
    turned = (int.from_bytes(SIGNATURE) ^ 1 << bit).to_bytes(256)
    assert not rsa_matches(PUBLIC, turned, TEXTS)


SIGNATURE = signed(TEXTS[0])


@given(st.binary(max_size=600))
def test_noise_is_no_rsa_signature(noise: bytes) -> None:
    assert not rsa_matches(PUBLIC, noise, TEXTS)


def test_a_stored_key_of_another_kind_is_a_defect() -> None:
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(TypeError, match="a stored key is not one of rsa-v1_5-sha256"):
        rsa_matches(pem, SIGNATURE, TEXTS)


# ── keys that are registered ─────────────────────────────────────────────────────────────────────────


def refusal(pem: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        checked_rsa_public_key(pem)
    return refused.value.attributes


def test_a_public_key_is_kept_in_one_form_however_it_came() -> None:
    key = RSA_KEY.public_key()
    pkcs1 = key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    for pem in (PUBLIC, pkcs1, PUBLIC.replace("\n", "\r\n"), f"\n{PUBLIC}\n"):
        assert checked_rsa_public_key(pem) == PUBLIC
    assert rsa_matches(checked_rsa_public_key(pkcs1), SIGNATURE, TEXTS)


@pytest.mark.parametrize("bits", [3072, 4096])
def test_longer_keys_are_taken(bits: int) -> None:
    pem = pem_of(generate_private_key(65537, bits))
    assert checked_rsa_public_key(pem) == pem


@pytest.mark.parametrize("bits", [1024, 2047, 4097])
def test_keys_that_are_too_short_or_too_long_are_refused(bits: int) -> None:
    # A public key is two numbers; nobody has to find this one's factors.
    public = RSAPublicNumbers(65537, 1 << (bits - 1) | 1).public_key()
    assert public.key_size == bits
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert refusal(pem) == REFUSAL


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("locked", [False, True])
def test_a_private_key_is_refused_and_not_echoed(form: PrivateFormat, locked: bool) -> None:
    lock = BestAvailableEncryption(b"password") if locked else NoEncryption()
    pem = RSA_KEY.private_bytes(Encoding.PEM, form, lock).decode()
    said = refusal(pem)
    assert said == {
        "rsa_public_key": ["is a private key: register the public half only; this one was not kept"]
    }
    for given_text in (pem, PUBLIC + pem, pem.replace("\n", "")):
        with pytest.raises(InvalidInput) as refused:
            checked_rsa_public_key(given_text)
        assert refused.value.attributes == said
        assert not any(line in repr(refused.value) for line in pem.splitlines() if line)
        assert refused.value.__cause__ is None


def test_other_kinds_of_public_keys_are_refused() -> None:
    others = (
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
        dsa.generate_private_key(2048).public_key(),
    )
    for key in others:
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        assert refusal(pem) == REFUSAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a key",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        PUBLIC[:-40],
        PUBLIC.replace("MII", "MIJ", 1),
        PUBLIC.replace("PUBLIC KEY", "CERTIFICATE"),
        "\ud800",
        "\0" * 100,
        "ключ",
    ],
)
def test_garbage_is_refused(text: str) -> None:
    assert refusal(text) == REFUSAL


@given(st.integers(27, len(PUBLIC) - 27), st.text(min_size=1, max_size=3))
def test_a_damaged_public_key_is_refused_or_another_key(at: int, patch: str) -> None:
    damaged = PUBLIC[:at] + patch + PUBLIC[at + len(patch) :]
    try:
        kept = checked_rsa_public_key(damaged)
    except InvalidInput:
        assert refusal(damaged) == REFUSAL
    else:
        assert checked_rsa_public_key(kept) == kept


# ── Ed25519 and RSA-PSS ──────────────────────────────────────────────────────────────────────────────

ED25519_KEY = ed25519.Ed25519PrivateKey.generate()
ED25519_PEM = ED25519_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_an_ed25519_signature_matches_its_text_its_key_and_nothing_else() -> None:
    matches = partial(public_key_matches, "ed25519", ED25519_PEM)
    signature = ED25519_KEY.sign(TEXTS[1])
    assert matches(signature, TEXTS)
    assert not matches(signature, [TEXTS[0]])
    assert not matches(ed25519.Ed25519PrivateKey.generate().sign(TEXTS[1]), TEXTS)
    assert not matches(signature[:-1], TEXTS)
    assert not matches(b"", TEXTS)


def test_an_rsa_pss_signature_has_sha512_and_64_bytes_of_salt() -> None:
    matches = partial(public_key_matches, "rsa-pss-sha512", PUBLIC)
    assert matches(RSA_KEY.sign(TEXTS[0], PSS(MGF1(SHA512()), 64), SHA512()), TEXTS)
    assert not matches(RSA_KEY.sign(TEXTS[0], PSS(MGF1(SHA512()), 32), SHA512()), TEXTS)
    assert not matches(RSA_KEY.sign(TEXTS[0], PSS(MGF1(SHA256()), 64), SHA256()), TEXTS)
    assert not matches(signed(TEXTS[0]), TEXTS)


def test_a_key_signs_by_no_algorithm_of_another_kind_of_key() -> None:
    for algorithm, pem in (("ed25519", PUBLIC), ("rsa-pss-sha512", ED25519_PEM)):
        with pytest.raises(TypeError, match=f"a stored key is not one of {algorithm}"):
            public_key_matches(algorithm, pem, SIGNATURE, TEXTS)


def test_only_an_ed25519_public_key_is_taken_for_one() -> None:
    assert checked_ed25519_public_key(ED25519_PEM) == ED25519_PEM
    private = ED25519_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(InvalidInput) as refused:
        checked_ed25519_public_key(private)
    assert refused.value.attributes == {
        "ed25519_public_key": ["is a private key: register the public half only; this one was not kept"]
    }
    for other in (PUBLIC, "", "no PEM", ED25519_PEM.replace("PUBLIC", "SECRET")):
        with pytest.raises(InvalidInput, match="is not an Ed25519 public key in PEM form"):
            checked_ed25519_public_key(other)


# ── refused slowly ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [32, 64, 256, 257, 384, 512])
def test_unknown_keys_cost_the_work_of_their_kind(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(signatures, "hmac_matches", lambda *_: checked.append("hmac"))
    verifies = signatures._verifies

    def counted(algorithm: str, key: object, signature: bytes, texts: tuple[bytes, ...]) -> bool:
        checked.append(f"rsa {key.key_size}" if isinstance(key, RSAPublicKey) else algorithm)
        assert not verifies(algorithm, key, signature, texts)
        return False

    monkeypatch.setattr(signatures, "_verifies", counted)
    refuse_slowly(b"\x01" * size, TEXTS)
    assert checked == [{32: "hmac", 64: "ed25519"}.get(size, f"rsa {8 * size}")]


def test_nothing_matches_the_key_that_nobody_has() -> None:
    assert not hmac_matches(signatures._NOBODYS_SECRET, b"\0" * 32, TEXTS)
    nobodys = signatures._nobodys_rsa_key(256)
    assert nobodys.key_size == 2048
    assert not signatures._verifies("rsa-v1_5-sha256", nobodys, SIGNATURE, TEXTS)
    assert signatures._nobodys_rsa_key(256) is nobodys
