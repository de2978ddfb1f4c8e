"""Binance's markets from connecting to figures: every wallet once, nothing counted twice or as nothing."""

from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import KeysRejected, NotOffered
from cambist.core.terms import Credentials, Secret
from cambist.exchanges.budget import NOT_COUNTED
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.speaking import dialect_of
from cambist.simulator.binance.spot import ROUTES
from tests.exchanges.scenarios import SCENARIOS
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, START, World, world

KEYS = Credentials(EXCHANGE_KEY, Secret(EXCHANGE_SECRET))
WITH_EARN = ("spot", "earn_flexible", "earn_locked")
FLEXIBLE = "/sapi/v1/simple-earn/flexible/position"
OF_COM = [market for market in CATALOGUE.values() if market.ccxt_id == "binance"]
CODES = [market.code for market in OF_COM]

# What is owned by wallet and code as the exchange writes it, added up by hand from the scenarios.
OWNED = {
    "binance": {
        "spot": {"BTC": "0.6", "LDUSDT": "40"},
        "funding": {"ETH": "1.90"},
        "earn_flexible": {"USDT": "40"},
        "earn_locked": {"BNB": "12.5"},
    },
    "binance_margin": {
        "cross_margin": {"BTC": "0.004995", "BNB": "2146.33333327"},
        "isolated_margin": {"BTC": "0.00499", "ETH": "0.3", "USDT": "1250"},
    },
    "binance_futures": {"futures_usdm": {"USDT": "947.62345678", "BNB": "2"}},
    "binance_futures_coin": {"futures_coinm": {"BTC": "0.00392969"}},
    "binance_portfolio_margin": {"portfolio_margin": {"USDT": "116.00000000", "BTC": "0.25"}},
}
# The same in dollar coins, each at the price the scenarios give.
PRICES = {"USDT": "1", "BTC": "63722.1", "BNB": "561.20", "ETH": "2603.37"}


def refusing(path: str, code: int = -2015) -> dict[str, Any]:
    return {"path": path, "kind": "error", "status": 401, "code": code, "msg": "Invalid API-key, IP, or …"}


async def amounts(made: World, account_id: int) -> tuple[Decimal, Decimal]:
    """(BTC, USD) of an account as its entity tells them."""
    account = (await made.call("GET", f"/accounts/{account_id}")).json
    return Decimal(account["btc_amount"]), Decimal(account["usd_amount"])


@pytest.mark.asyncio
@pytest.mark.parametrize("code", CODES)
async def test_every_wallet_of_a_market_is_read_with_one_call_and_to_the_digit(
    code: str, tmp_path: Path
) -> None:
    market = CATALOGUE[code]
    async with world(tmp_path, SCENARIOS[code]) as made:
        read = made.cambist.outside.exchanges.read_wallets
        await read(market, KEYS, market.wallets[:1])  # the exchange's clock is measured once
        before = len(made.simulator.calls)
        reading = await read(market, KEYS, market.wallets)
        calls = [call.path for call in made.simulator.calls[before:]]
    found = {each.wallet: {b.code: b.total for b in each.balances} for each in reading.answered}
    expected = {
        wallet: {asset: Decimal(total) for asset, total in held.items()}
        for wallet, held in OWNED[code].items()
    }
    assert found == expected
    assert not reading.failed
    assert len(calls) == len(set(calls)) == len(market.wallets)
    assert reading.uid == ("1001" if "spot" in market.wallets else None)


@pytest.mark.asyncio
@pytest.mark.parametrize("code", CODES)
async def test_an_account_is_worth_what_its_wallets_hold_and_a_warm_load_asks_each_once(
    code: str, tmp_path: Path
) -> None:
    owned = [
        Decimal(total) * Decimal(PRICES[asset])
        for held in OWNED[code].values()
        for asset, total in held.items()
        if asset != "LDUSDT"  # the same forty dollars that the flexible product tells of itself
    ]
    async with world(tmp_path, SCENARIOS[code]) as made:
        account_id = await made.connected(type=code)
        before = len(made.simulator.calls)
        loaded = await made.load(account_id)
        asked = [call for call in made.simulator.calls[before:] if call.api_key_present]
    assert loaded.status == 201
    assert abs(Decimal(loaded.json["usd_amount"]) - sum(owned)) < Decimal("1e-30")
    assert loaded.json["market_code"] == code
    assert loaded.json["supported_market_types"] == list(CATALOGUE[code].supported_market_types)
    assert len(asked) == len(CATALOGUE[code].wallets)


@pytest.mark.asyncio
async def test_a_permission_refused_elsewhere_makes_that_wallet_missing_and_no_key_invalid(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, SCENARIOS["binance"]) as made:
        account_id = await made.connected(type="binance")
        before = await amounts(made, account_id)
        made.patch(
            "binance", faults=[refusing("/sapi/v1/asset/get-funding-asset"), refusing(FLEXIBLE, -1002)]
        )
        loaded = await made.load(account_id)
        account = (await made.call("GET", f"/accounts/{account_id}")).json
        market = CATALOGUE["binance"]
        reading = await made.cambist.outside.exchanges.read_wallets(market, KEYS, market.wallets)
        after = await amounts(made, account_id)
    assert (loaded.status, account["api_key_invalid"]) == (201, False)
    assert {missing.wallet for missing in reading.failed} == {"funding", "earn_flexible"}
    assert after == before  # the last readings stand in, and the coins in earn are not counted beside them


@pytest.mark.asyncio
@pytest.mark.parametrize("code", CODES)
async def test_the_base_wallet_decides_on_the_keys(code: str, tmp_path: Path) -> None:
    market = CATALOGUE[code]
    base = next(path for path, wallet in BASES.items() if wallet == market.wallets[0])
    async with world(tmp_path, SCENARIOS[code]) as made:
        made.patch("binance", faults=[refusing(base)])
        with pytest.raises(KeysRejected):
            await made.cambist.outside.exchanges.read_wallets(market, KEYS, market.wallets)


BASES = {
    "/api/v3/account": "spot",
    "/sapi/v1/margin/account": "cross_margin",
    "/fapi/v3/account": "futures_usdm",
    "/dapi/v1/account": "futures_coinm",
    "/papi/v1/balance": "portfolio_margin",
}


@pytest.mark.asyncio
async def test_coins_in_earn_count_by_their_spot_rows_while_nothing_tells_of_earn_itself(
    tmp_path: Path,
) -> None:
    play = {**SCENARIOS["binance"], "faults": [refusing(FLEXIBLE)]}
    async with world(tmp_path, SCENARIOS["binance"]) as made:
        whole = await amounts(made, await made.connected(type="binance"))
    (tmp_path / "again").mkdir()
    async with world(tmp_path / "again", play) as made:
        assert await amounts(made, await made.connected(type="binance")) == whole


@pytest.mark.asyncio
@pytest.mark.parametrize("code", [code for code in CODES if code != "binance"])
async def test_spot_orders_and_trades_are_not_told_as_those_of_another_wallet(
    code: str, tmp_path: Path
) -> None:
    market = CATALOGUE[code]
    async with world(tmp_path, SCENARIOS[code]) as made:
        account_id = await made.connected(type=code)
        leverage = f"/accounts/{account_id}/leverage_data"
        told = await made.call("GET", leverage, {"pair": "USDT_BTC"})
        assert told.json["error_description"] == f"The leverage of {market.exchange_name} cannot be read yet."
        inquiries = made.cambist.outside.inquiries
        with pytest.raises(NotOffered, match=market.exchange_name):
            await inquiries.open_orders(market, KEYS)
        assert await inquiries.trades(market, KEYS, {"BTC", "USDT"}, START, START) is None
        assert not [call for call in made.simulator.calls if "rders" in call.path or "rades" in call.path]


def test_every_family_of_paths_has_the_limit_the_weights_and_the_header_of_its_own() -> None:
    """Sources: developers.binance.com/docs/derivatives/portfolio-margin-pro/general-info ("Each endpoint with
    IP limits has an independent 12000 per minute limit"), and the page of each path for its weight."""
    weights = dialect_of("binance").weights
    families = {"": weights, **weights.apart}
    shared = {part: each.limit for part, each in families.items() if not part.startswith("/sapi/")}
    assert shared == {"": 6_000, "/fapi/": 2_400, "/dapi/": 2_400, "/papi/": 6_000}
    own = [(part, each) for part, each in families.items() if part.startswith("/sapi/")]
    by_user = dialect_of("binance").key_weights
    assert by_user is not None
    of_us = {
        "/sapi/v1/otc/orders",
        "/sapi/v1/fiatpayment/query/deposit/history",
        "/sapi/v1/fiatpayment/query/withdraw/history",
        "/sapi/v1/asset/assetDistributionHistory",
    }
    assert {path for _, path in ROUTES if path.startswith("/sapi/")} - of_us == {part for part, _ in own}
    for part, each in own:
        if each is NOT_COUNTED:
            assert (by_user.apart[part].limit, list(by_user.apart[part].by_path)) == (60, [part])
            continue
        assert (each.limit, list(each.by_path)) == (12_000, [part])
        assert each.used_header == "X-SAPI-USED-IP-WEIGHT-1M"
    for part, each in families.items():
        for path, weight in each.by_path.items():
            (played,) = [route for (_, known), route in ROUTES.items() if known == path]
            assert played.weight({}) == weights.known(path) == weights.of("/binance" + path) == weight
            assert weights.family("/binance" + path) == part
    assert weights.family("/api/v3/elsewhere") == ""


@pytest.mark.asyncio
async def test_a_family_that_is_used_up_holds_no_other_up(tmp_path: Path) -> None:
    """Each call of earn costs 150, of 7,200 that are ours in a minute; futures are asked all the same."""
    both = {"wallets": {**SCENARIOS["binance"]["wallets"], **SCENARIOS["binance_futures"]["wallets"]}}
    play = {**SCENARIOS["binance"], **both, "weight_limit": 100_000_000}
    spot, futures = CATALOGUE["binance"], CATALOGUE["binance_futures"]
    async with world(tmp_path, play) as made:
        read = made.cambist.outside.exchanges.read_wallets
        failed = [(await read(spot, KEYS, WITH_EARN)).failed for _ in range(49)]
        assert not any(failed[:48])
        assert {missing.wallet for missing in failed[48]} == {"earn_flexible", "earn_locked"}
        assert "limit" in failed[48][0].reason
        assert (await read(futures, KEYS, futures.wallets)).answered
        assert not {call.status for call in made.simulator.calls} & {418, 429}


@pytest.mark.asyncio
async def test_what_others_use_of_a_family_is_heard_in_its_own_header(tmp_path: Path) -> None:
    play = {**SCENARIOS["binance"], "weight_limit": 100_000_000}
    market = CATALOGUE["binance"]
    async with world(tmp_path, play) as made:
        for _ in range(48):  # another program at the same address: 7,200 of the path's 12,000
            await made.http.get(made.simulator.base_url + "/binance/sapi/v1/simple-earn/locked/position")
        reading = await made.cambist.outside.exchanges.read_wallets(market, KEYS, WITH_EARN)
        assert not reading.failed
        later = await made.cambist.outside.exchanges.read_wallets(market, KEYS, WITH_EARN)
    assert [missing.wallet for missing in later.failed] == ["earn_locked"]


def test_every_market_has_names_an_icon_and_a_way_in_of_its_own() -> None:
    static = files("cambist.web") / "static" / "markets"
    assert [
        *("binance", "binance_margin", "binance_futures", "binance_futures_coin"),
        "binance_portfolio_margin",
    ] == CODES
    for field in ("exchange_name", "pretty_display_type", "icon"):
        assert len({getattr(market, field) for market in OF_COM}) == len(OF_COM)
    for market in OF_COM:
        drawing = (static / f"{market.icon}.svg").read_text()
        assert f'aria-label="{market.exchange_name.removesuffix(" Spot")}"' in drawing
        assert market.credentials == ("api_key", "secret")
    hedging = {market.code for market in OF_COM if market.capabilities.hedge_mode_available}
    assert hedging == {"binance_futures", "binance_futures_coin", "binance_portfolio_margin"}
    assert set(CODES) <= set(SCENARIOS)
