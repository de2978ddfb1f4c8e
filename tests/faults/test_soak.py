"""Nearly a minute of loads while a fifth of the accounts get slow, huge, broken or stalling answers."""

from pathlib import Path

import pytest
from bench.soak import MOST_GROWTH_MB, MOST_SLOWER_MS, soak


@pytest.mark.alone
@pytest.mark.asyncio
async def test_bad_answers_of_some_accounts_neither_slow_nor_falsify_the_others_nor_fill_the_memory(
    tmp_path: Path,
) -> None:
    found = await soak(tmp_path, seconds=52)  # a minute with its start

    assert found.wrong == []
    assert set(found.statuses) == {201}
    assert set(found.troubled) == {201, 503}
    assert len(found.busy_ms) >= 300
    assert found.slower_ms <= MOST_SLOWER_MS
    assert found.growth_mb <= MOST_GROWTH_MB
