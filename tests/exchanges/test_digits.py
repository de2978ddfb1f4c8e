"""Generated balances through the simulator, the real ccxt client and the reader: every digit comes back.

CAMBIST_TEST_BALANCES says how many for each market; 100,000 is the figure that a release is judged by.
"""

import os
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from cambist.exchanges.catalogue import CATALOGUE
from tests.exchanges.bent import bent
from tests.exchanges.scenarios import SCENARIOS

BALANCES = int(os.environ.get("CAMBIST_TEST_BALANCES", "1500"))
AT_A_TIME = 1_500
SPOTS = [code for code in SCENARIOS if CATALOGUE[code].wallets[0] == "spot"]


def generated(source: random.Random) -> str:
    """A number whose double still is of the accepted form: up to 39 digits before the point, 60 after it."""
    whole, part = source.randint(1, 39), source.choice((0, 0, 8, 18, source.randint(1, 60)))
    digits = "".join(source.choice("0123456789") for _ in range(whole + part))
    return digits[:whole] + ("." + digits[whole:] if part else "")


@pytest.mark.asyncio
@pytest.mark.parametrize("code", SPOTS)
async def test_no_digit_of_generated_balances_is_lost(code: str) -> None:
    source = random.Random(code)
    left = BALANCES
    while left > 0:
        count = min(left, AT_A_TIME)
        left -= count
        held = {
            f"A{number}": {"free": generated(source), "locked": generated(source)} for number in range(count)
        }
        async with bent(code, "spot", {**SCENARIOS[code], "wallets": {"spot": held}}) as wallet:
            found = {balance.code: balance for balance in await wallet.read()}
        for asset, row in held.items():
            free, locked = row["free"], row["locked"]
            if not Fraction(free) and not Fraction(locked):
                assert asset not in found
                continue
            assert (found[asset].free, found[asset].locked) == (Decimal(free), Decimal(locked))
            assert Fraction(found[asset].total) == Fraction(free) + Fraction(locked)
