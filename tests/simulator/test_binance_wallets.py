"""The simulated Binance's wallets beside spot: pages, sums in text, windows of weight by family and path."""

import pytest

from cambist.simulator.binance.wallets import WALLETS, net
from tests.simulator.worlds import play

PAGES = "/sapi/v1/simple-earn/flexible/position"
COM = {"exchange": "binance"}


@pytest.mark.parametrize(
    ("plus", "minus", "sum_"),
    [
        (("0.1", "0.02"), (), "0.12"),
        (("1", "2.50"), ("0.5",), "3.00"),
        (("1", "-2.5"), (), "-1.5"),
        (
            ("0.1",),
            ("0.25", "0.00000000000000000000000000000000000001"),
            "-0.15000000000000000000000000000000000001",
        ),
        (("1",), ("1",), "0"),
    ],
)
def test_sums_in_text_are_exact_and_signed(plus: tuple[str, ...], minus: tuple[str, ...], sum_: str) -> None:
    assert net(plus, minus) == sum_


@pytest.mark.asyncio
async def test_positions_come_in_pages_with_how_many_there_are() -> None:
    held = {f"A{n}": {"free": f"{n + 1}"} for n in range(25)} | {"NONE": {"free": "0.0"}}
    async with play({**COM, "wallets": {"earn_flexible": held}}) as world:
        first = (await world.signed(PAGES)).json
        last = (await world.signed(PAGES, current=2, size=20)).json
        assert (len(first["rows"]), first["total"]) == (10, 25)
        assert [row["totalAmount"] for row in last["rows"]][::4] == ["21.00000000", "25.00000000"]
        assert (await world.signed(PAGES, current=3, size=20)).json == {"rows": [], "total": 25}
        for wrong in ({"size": 101}, {"size": 0}, {"current": 0}, {"current": "x"}):
            assert (await world.signed(PAGES, **wrong)).json["code"] == -1100


@pytest.mark.asyncio
async def test_isolated_margin_has_a_pair_for_each_asset_and_its_dollars_once() -> None:
    wallets = {"isolated_margin": {"BTC": {"free": "1"}, "USDT": {"free": "9"}, "ETH": {"free": "2"}}}
    async with play({**COM, "wallets": wallets}) as world:
        pairs = (await world.signed("/sapi/v1/margin/isolated/account")).json["assets"]
    assert [(each["symbol"], each["baseAsset"]["free"], each["quoteAsset"]["free"]) for each in pairs] == [
        ("BTCUSDT", "1", "9"),
        ("ETHUSDT", "2", "0.00000000"),
    ]


@pytest.mark.asyncio
async def test_each_family_of_paths_has_a_window_of_its_own() -> None:
    async with play(COM) as world:
        used = {}
        families = ("/fapi/v3/account", "/dapi/v1/account", "/papi/v1/balance")
        for path in ("/sapi/v1/margin/account", "/sapi/v1/margin/isolated/account", *families):
            for _ in range(2):
                seen = await world.signed(path)
            header = "X-SAPI-USED-IP-WEIGHT-1M" if "sapi" in path else "X-MBX-USED-WEIGHT-1M"
            used[path] = (seen.status, seen.headers[header])
        spot = await world.signed()
    assert list(used.values()) == [(200, "20"), (200, "20"), (200, "10"), (200, "10"), (200, "40")]
    assert spot.headers["X-MBX-USED-WEIGHT-1M"] == "20"


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "path"), WALLETS)
async def test_each_wallet_wants_a_signature_and_binance_us_has_none_of_them(method: str, path: str) -> None:
    async with play(COM, {"exchange": "binance_us"}) as world:
        unsigned = await world.get(f"/binance{path}?timestamp=1", method=method)
        elsewhere = await world.get(f"/binanceus{path}", method=method)
    assert (unsigned.status, unsigned.json["code"]) == (401, -2014)
    assert elsewhere.status == 404
