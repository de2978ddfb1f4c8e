"""Sealed secrets open where they stand, and nowhere else."""

import os
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cambist.actions.facts import Place
from cambist.core.errors import SetupError
from cambist.core.terms import Secret
from cambist.vault.envelope import Envelope, SealBroken
from cambist.vault.master_key import MasterKey

MASTER = MasterKey(bytes(range(32)))
ENVELOPE = Envelope(MASTER)
USER_KEY = ENVELOPE.new_user_key()
OTHER_USER_KEY = ENVELOPE.new_user_key()
PLACE = Place(user_id=1, user_key=USER_KEY, record="account:7", field="secret")
CANARY = "canary-45c48cce"
SEALED = ENVELOPE.seal(Secret(CANARY), PLACE)

# Made once, under MASTER and in PLACE: databases hold texts of this form.
KEY_OF_VERSION_1 = (
    "016affa4a2bc2ab311afbbe7fedf205d4cb69bf01fd15ea82be3a1624c3ca6c1bede1ea980460dfeb48b20a749c877da"
    "219c0ab80cb270a554d39be59dd88199bffce594942798be97ea2bdd72"
)
SEALED_BY_VERSION_1 = (
    "01afbbe7fedf205d4cba9d62443592abe6935203433294bfd3883d751b0fe4cc2d33903fdb4c071c50c1b07ae8fffea7"
    "600a453e1702a752f6"
)

LETTERS = st.characters(codec="utf-8")
NAMES = st.text(LETTERS, max_size=12)
PLACES = st.builds(
    Place, st.integers(0, 10**6), st.sampled_from((USER_KEY, OTHER_USER_KEY)), record=NAMES, field=NAMES
)


def refused(envelope: Envelope, sealed: bytes, place: Place) -> bool:
    try:
        envelope.open(sealed, place)
    except SealBroken:
        return True
    return False


def flips(sealed: bytes) -> list[bytes]:
    """The text with each of its bits turned, one at a time."""
    return [
        sealed[:at] + bytes([byte ^ 1 << bit]) + sealed[at + 1 :]
        for at, byte in enumerate(sealed)
        for bit in range(8)
    ]


# ── there and back ───────────────────────────────────────────────────────────────────────────────────


@given(st.text(LETTERS, max_size=200), PLACES)
def test_a_secret_opens_where_it_was_sealed(text: str, place: Place) -> None:
    sealed = ENVELOPE.seal(Secret(text), place)
    assert ENVELOPE.open(sealed, place).reveal() == text
    # Another process unwraps the same data key.
    assert Envelope(MASTER).open(sealed, place).reveal() == text


def test_a_sealed_text_has_the_documented_form_and_shows_nothing() -> None:
    key_id = USER_KEY[9:17]
    assert SEALED[:9] == b"\x01" + key_id
    assert len(SEALED) == 1 + 8 + 12 + len(CANARY) + 16
    assert CANARY.encode() not in SEALED
    assert USER_KEY[:9] == b"\x01" + MASTER.id
    assert len(USER_KEY) == 1 + 8 + 8 + 12 + 32 + 16


def test_two_users_keys_have_nothing_in_common_but_the_master() -> None:
    assert USER_KEY[:9] == OTHER_USER_KEY[:9]
    assert USER_KEY[9:17] != OTHER_USER_KEY[9:17]
    assert USER_KEY[29:] != OTHER_USER_KEY[29:]


def test_no_nonce_and_no_ciphertext_comes_twice_in_a_thousand_seals() -> None:
    sealed = [ENVELOPE.seal(Secret(CANARY), PLACE) for _ in range(1_000)]
    assert len({text[9:21] for text in sealed}) == 1_000
    assert len({text[21:] for text in sealed}) == 1_000


def test_no_nonce_comes_twice_in_a_thousand_wrapped_keys() -> None:
    wrapped = [ENVELOPE.new_user_key() for _ in range(1_000)]
    assert len({key[17:29] for key in wrapped}) == 1_000
    assert len({key[9:17] for key in wrapped}) == 1_000


def test_what_version_1_sealed_opens_in_every_later_version() -> None:
    place = replace(PLACE, user_key=bytes.fromhex(KEY_OF_VERSION_1))
    assert ENVELOPE.open(bytes.fromhex(SEALED_BY_VERSION_1), place).reveal() == "kept since version 1"


# ── changed ──────────────────────────────────────────────────────────────────────────────────────────


def test_no_turned_bit_of_a_sealed_text_goes_unseen() -> None:
    changed = flips(SEALED)
    assert len(changed) == 8 * len(SEALED)
    assert all(refused(ENVELOPE, text, PLACE) for text in changed)


def test_no_turned_bit_of_a_wrapped_key_goes_unseen() -> None:
    changed = flips(USER_KEY)
    assert len(changed) == 8 * len(USER_KEY)
    assert all(refused(Envelope(MASTER), SEALED, replace(PLACE, user_key=key)) for key in changed)
    assert all(refused(ENVELOPE, SEALED, replace(PLACE, user_key=key)) for key in changed)


def test_a_changed_key_is_not_sealed_with_either() -> None:
    for key in flips(USER_KEY)[::5]:
        with pytest.raises(SealBroken):
            ENVELOPE.seal(Secret(CANARY), replace(PLACE, user_key=key))


def test_any_byte_changed_to_any_other_is_refused() -> None:
    changed = [
        SEALED[:at] + bytes([other]) + SEALED[at + 1 :]
        for at, byte in enumerate(SEALED)
        for other in range(256)
        if other != byte
    ]
    assert len(changed) == 255 * len(SEALED)
    assert all(refused(ENVELOPE, text, PLACE) for text in changed)


@pytest.mark.parametrize("whole", [SEALED, USER_KEY], ids=["sealed text", "wrapped key"])
def test_a_text_cut_short_or_made_longer_is_refused(whole: bytes) -> None:
    changed = [whole[:length] for length in range(len(whole))] + [whole + b"\0", b"\0" + whole, whole * 2]
    for text in changed:
        if whole is SEALED:
            assert refused(ENVELOPE, text, PLACE)
        else:
            assert refused(ENVELOPE, SEALED, replace(PLACE, user_key=text))


@given(st.binary(max_size=120))
def test_noise_is_refused(noise: bytes) -> None:
    assert refused(ENVELOPE, noise, PLACE)
    assert refused(ENVELOPE, SEALED[:9] + noise, PLACE)
    assert refused(ENVELOPE, SEALED, replace(PLACE, user_key=noise))
    assert refused(ENVELOPE, SEALED, replace(PLACE, user_key=USER_KEY[:17] + noise))


# ── moved ────────────────────────────────────────────────────────────────────────────────────────────


@given(PLACES, PLACES)
def test_a_sealed_text_moved_to_any_other_place_is_refused(home: Place, elsewhere: Place) -> None:
    assume(home != elsewhere)
    sealed = ENVELOPE.seal(Secret(CANARY), home)
    assert refused(ENVELOPE, sealed, elsewhere)
    assert ENVELOPE.open(sealed, home).reveal() == CANARY


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, user_id=2),
        replace(PLACE, user_id=11),
        replace(PLACE, record="account:8"),
        replace(PLACE, record="account:77"),
        replace(PLACE, record="api_key:7"),
        replace(PLACE, field="passphrase"),
        replace(PLACE, user_key=OTHER_USER_KEY),
        replace(PLACE, user_id=2, user_key=OTHER_USER_KEY),
        # The same letters, cut elsewhere.
        replace(PLACE, record="account:7s", field="ecret"),
        replace(PLACE, record="account:", field="7secret"),
        replace(PLACE, user_id=1, record="", field="account:7secret"),
    ],
)
def test_a_sealed_text_belongs_to_its_user_record_field_and_key(elsewhere: Place) -> None:
    assert refused(ENVELOPE, SEALED, elsewhere)


def test_a_wrapped_key_moved_with_its_text_to_another_user_is_refused() -> None:
    assert refused(ENVELOPE, SEALED, Place(2, USER_KEY, "account:7", "secret"))


def test_the_id_of_another_key_does_not_make_a_text_its_own() -> None:
    relabelled = SEALED[:1] + OTHER_USER_KEY[9:17] + SEALED[9:]
    assert refused(ENVELOPE, relabelled, replace(PLACE, user_key=OTHER_USER_KEY))


@given(st.binary(min_size=32, max_size=32))
def test_another_master_key_opens_nothing(key: bytes) -> None:
    assume(key != MASTER.reveal())
    other = Envelope(MasterKey(key))
    assert refused(other, SEALED, PLACE)
    # Not even where the wrapped key claims to be its own.
    claimed = USER_KEY[:1] + MasterKey(key).id + USER_KEY[9:]
    assert refused(other, SEALED, replace(PLACE, user_key=claimed))


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_broken_seal_needs_the_operator_and_says_nothing_of_the_secret() -> None:
    with pytest.raises(SealBroken) as broken:
        ENVELOPE.open(SEALED[:-1], PLACE)
    assert isinstance(broken.value, SetupError)
    assert str(broken.value) == (
        "A stored secret does not open in its place: the database was changed from outside."
    )


def test_more_users_than_the_kept_keys_still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cambist.vault.envelope._KEPT_KEYS", 3)
    envelope = Envelope(MASTER)
    places = [Place(n, envelope.new_user_key(), f"account:{n}", "secret") for n in range(8)]
    sealed = [envelope.seal(Secret(str(place.user_id)), place) for place in places]
    for _ in range(2):
        opened = [envelope.open(text, place).reveal() for text, place in zip(sealed, places, strict=True)]
        assert opened == [str(n) for n in range(8)]
    assert len(envelope._unwrapped) <= 3


def test_an_envelope_does_not_print_its_keys() -> None:
    envelope = Envelope(MasterKey(os.urandom(32)))
    envelope.seal(Secret(CANARY), Place(1, envelope.new_user_key(), "account:1", "secret"))
    told = repr(envelope) + repr(vars(envelope))
    assert CANARY not in told
    assert all("cipher=" not in repr(key) for key in envelope._unwrapped.values())
