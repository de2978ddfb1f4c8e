"""Ten thousand swaps and flips of ciphertexts, every one refused."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cambist.actions.facts import Place
from cambist.core.terms import Secret
from cambist.vault.envelope import Envelope, SealBroken
from cambist.vault.master_key import MasterKey

EXAMPLES, CHANGES = 100, 100
MASTER = MasterKey(bytes(range(32)))
ENVELOPE = Envelope(MASTER)
USERS, RECORDS = (1, 2, 11), ("account:1", "account:11", "api_key:1", "api_key:11")
FIELDS = ("secret", "passphrase")
DATA_KEYS = {user: (ENVELOPE.new_user_key(), ENVELOPE.new_user_key()) for user in USERS}
PLACES = [
    Place(user, key, record, field)
    for user, keys in DATA_KEYS.items()
    for key in keys
    for record in RECORDS
    for field in FIELDS
]
SEALED = {place: ENVELOPE.seal(Secret(f"{place.record} {place.field}"), place) for place in PLACES}


def opens(sealed: bytes, place: Place) -> bool:
    try:
        ENVELOPE.open(sealed, place)
    except SealBroken:
        return False
    return True


def swapped(chance: Random) -> tuple[bytes, Place]:
    """A ciphertext of one place in another: another user's, record's, field's or data key's, or several."""
    home, elsewhere = chance.sample(PLACES, 2)
    parts = ("user_id", "user_key", "record", "field")
    differing = [part for part in parts if getattr(home, part) != getattr(elsewhere, part)]
    moved = chance.sample(differing, chance.randint(1, len(differing)))
    return SEALED[home], replace(home, **{part: getattr(elsewhere, part) for part in moved})


def flipped(chance: Random) -> tuple[bytes, Place]:
    """A ciphertext with some bits turned, or its wrapped key with some."""
    place = chance.choice(PLACES)
    if chance.random() < 0.5:
        return turned(SEALED[place], chance), place
    return SEALED[place], replace(place, user_key=turned(place.user_key, chance))


def turned(text: bytes, chance: Random) -> bytes:
    changed = int.from_bytes(text)
    for bit in chance.sample(range(8 * len(text)), chance.randint(1, 3)):
        changed ^= 1 << bit
    return changed.to_bytes(len(text))


def relabelled(chance: Random) -> tuple[bytes, Place]:
    """A part (version, key id, nonce, text and tag) put in from another ciphertext."""
    home, other = chance.sample(PLACES, 2)
    start, end = chance.choice(((1, 9), (9, 21), (21, None)))
    mine, theirs = SEALED[home], SEALED[other]
    changed = mine[:start] + theirs[start:end] + (b"" if end is None else mine[end:])
    return (changed, home) if changed != mine else flipped(chance)


counted = {"changes": 0}


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**64))
def refuse_some(seed: int) -> None:
    chance = Random(seed)
    for _ in range(CHANGES):
        sealed, place = chance.choice((swapped, flipped, relabelled))(chance)
        assert not opens(sealed, place)
        counted["changes"] += 1


def test_ten_thousand_swaps_and_flips_are_all_refused() -> None:
    assert all(opens(sealed, place) for place, sealed in SEALED.items())
    counted["changes"] = 0
    refuse_some()
    assert counted["changes"] >= EXAMPLES * CHANGES
    assert all(opens(sealed, place) for place, sealed in SEALED.items())
