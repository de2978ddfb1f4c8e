"""What an account covers: agreed when it is connected, read by every load, no wallet counted twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller, KeptLoad
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.actions.show_holdings import accounts_summed
from cambist.actions.verify_receipt import verify_receipt
from cambist.core.credentials import GivenKeys
from cambist.core.errors import ExchangeUnavailable, InvalidInput, KeysRejected
from cambist.core.terms import Account, Coverage, Gaps, MissingWallet, Secret
from cambist.wiring import running
from tests.actions.scripted import MARKET, ScriptedExchanges
from tests.worlds import FixedClock, install, settings_in

REFUSED = "the keys may not read it"


@dataclass
class Scene:
    """Three wallets that hold 1, 2 and 4 bitcoin; no account yet."""

    clock: FixedClock
    outside: Outside
    exchanges: ScriptedExchanges
    me: Caller

    async def connect(self, *wallets: str, api_key: str = "a-key") -> Account:
        account = await connect_account(
            self.outside,
            self.me,
            type="binance",
            name="wallets",
            wallets=wallets,
            keys=GivenKeys(api_key=api_key, secret=Secret("secret")),
        )
        self.clock.step(timedelta(hours=1))
        return account

    async def load(self, account: Account) -> Account:
        loaded = await LoadBalances(self.outside)(self.me, account.id)
        self.clock.step(timedelta(hours=1))
        return loaded

    async def kept(self) -> list[Account]:
        return await self.outside.accounts.listed(self.me.user_id)


@pytest_asyncio.fixture(name="scene")
async def _scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = FixedClock()
    await install(tmp_path)
    async with running(settings_in(tmp_path), clock) as cambist:
        exchanges = ScriptedExchanges(clock, {"spot": "1", "funding": "2", "earn": "4"})
        outside = replace(cambist.outside, exchanges=exchanges)
        yield Scene(clock, outside, exchanges, Caller((await outside.users.owner()).id, "test"))


@pytest.mark.asyncio
async def test_by_default_all_wallets_that_answer_are_covered(scene: Scene) -> None:
    account = await scene.connect()
    assert account.coverage == Coverage(("spot", "funding", "earn"))
    assert account.figures.btc == 7


@pytest.mark.asyncio
async def test_a_wallet_refused_for_its_permission_is_not_covered_and_never_asked_for_again(
    scene: Scene,
) -> None:
    scene.exchanges.refusing = {"earn"}
    account = await scene.connect()
    assert account.coverage == Coverage(("spot", "funding"), (MissingWallet("earn", REFUSED),))
    assert (account.figures.btc, account.complete, account.gaps) == (Decimal(3), True, Gaps())

    scene.exchanges.refusing = set()
    loaded = await scene.load(account)
    assert (loaded.figures.btc, loaded.complete, loaded.coverage) == (Decimal(3), True, account.coverage)
    kept = await scene.outside.history.kept_load(scene.me.user_id, loaded.load_id)
    assert kept.receipt.coverage == account.coverage
    assert [wallet.wallet for wallet in kept.read.wallets] == ["spot", "funding"]


@pytest.mark.asyncio
async def test_any_other_failure_of_a_wallet_fails_the_connect(scene: Scene) -> None:
    scene.exchanges.failing = {"funding"}
    with pytest.raises(ExchangeUnavailable, match="is down"):
        await scene.connect()
    assert await scene.kept() == []


@pytest.mark.asyncio
async def test_a_covered_wallet_that_is_refused_later_is_missing_not_uncovered(scene: Scene) -> None:
    account = await scene.connect()
    scene.exchanges.refusing = {"earn"}
    loaded = await scene.load(account)
    assert (loaded.complete, loaded.figures.btc) == (False, Decimal(7))
    assert [gone.wallet for gone in loaded.gaps.missing] == ["earn"]
    assert loaded.coverage == account.coverage


@pytest.mark.asyncio
async def test_wallets_can_be_named_and_the_base_wallet_is_always_among_them(scene: Scene) -> None:
    account = await scene.connect("earn")
    left_out = (MissingWallet("funding", "was not asked for"),)
    assert account.coverage == Coverage(("spot", "earn"), left_out)
    assert account.figures.btc == 5
    assert (await scene.load(account)).figures.btc == 5


@pytest.mark.asyncio
async def test_a_wallet_that_was_named_and_is_refused_fails_the_connect(scene: Scene) -> None:
    scene.exchanges.refusing = {"earn"}
    with pytest.raises(KeysRejected):
        await scene.connect("earn")
    assert await scene.kept() == []


@pytest.mark.asyncio
async def test_a_wallet_that_the_market_has_not_is_refused_before_anything_is_asked(scene: Scene) -> None:
    with pytest.raises(InvalidInput) as refused:
        await scene.connect("vault")
    assert refused.value.attributes == {"wallets": ["must be of spot, funding, earn"]}


@pytest.mark.asyncio
async def test_the_same_wallets_under_another_key_are_connected_already(scene: Scene) -> None:
    await scene.connect("earn")
    with pytest.raises(InvalidInput) as refused:
        await scene.connect("earn", api_key="another-key")
    assert refused.value.attributes == {"api_key": ["This account is already connected!"]}
    with pytest.raises(InvalidInput) as overlapping:
        await scene.connect("funding", api_key="another-key")
    assert overlapping.value.attributes == {"wallets": ["are connected already: spot"]}


@pytest.mark.asyncio
async def test_a_wallet_under_two_market_codes_of_one_exchange_counts_once(scene: Scene) -> None:
    """The part was connected first, under another code; the whole is connected beside it and hides it."""
    part = replace(MARKET, code="binance_margin", wallets=("spot",))
    scene.exchanges.listed = (MARKET, part)
    await connect_account(
        scene.outside,
        scene.me,
        type="binance_margin",
        name="a part",
        keys=GivenKeys(api_key="a-key", secret=Secret("secret")),
    )
    whole = await scene.connect(api_key="another-key")
    summed = await accounts_summed(scene.outside, scene.me)
    assert [(account.id, account.figures.btc) for account, _ in summed] == [(whole.id, Decimal(7))]
    with pytest.raises(InvalidInput) as refused:
        await connect_account(
            scene.outside,
            scene.me,
            type="binance_margin",
            name="again",
            keys=GivenKeys(api_key="a-third-key", secret=Secret("secret")),
        )
    assert refused.value.attributes == {"api_key": ["This account is already connected!"]}


@pytest.mark.asyncio
async def test_a_receipt_that_hides_a_missing_wallet_does_not_verify(scene: Scene) -> None:
    account = await scene.connect()
    scene.exchanges.failing = {"earn"}
    loaded = await scene.load(account)
    assert (await verify_receipt(scene.outside, scene.me, loaded.load_id)).differences == ()

    kept = await scene.outside.history.kept_load(scene.me.user_id, loaded.load_id)
    hidden = replace(kept, receipt=replace(kept.receipt, missing=()))
    told = await verify_receipt(_with_load(scene.outside, hidden), scene.me, loaded.load_id)
    assert "receipt.missing" in [difference.field for difference in told.differences]


def _with_load(outside: Outside, kept: KeptLoad) -> Outside:
    """The outside with a history that tells this load for any other."""

    class Changed:
        async def kept_load(self, user_id: int, load_id: str) -> KeptLoad:
            return kept

    changed: Any = Changed()
    return replace(outside, history=changed)


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", [set(), {"funding"}, {"earn"}, {"funding", "earn"}])
@pytest.mark.parametrize("refusing", [set(), {"funding"}, {"earn"}, {"funding", "earn"}])
async def test_whichever_wallets_fail_a_total_that_lacks_one_never_calls_itself_complete(
    scene: Scene, failing: set[str], refusing: set[str]
) -> None:
    account = await scene.connect()
    scene.exchanges.failing, scene.exchanges.refusing = failing, refusing
    scene.exchanges.holds = {"spot": "10", "funding": "20", "earn": "40"}
    loaded = await scene.load(account)
    assert {gone.wallet for gone in loaded.gaps.missing} == failing | refusing
    assert loaded.complete is (loaded.figures.btc == Decimal(70))
