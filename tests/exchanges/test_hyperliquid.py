"""Hyperliquid by an address alone: each wallet once in every mode of account; prices, weights, failures."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.changes import totals_of
from cambist.core.errors import ExchangeLimiting, ExchangeUnavailable, KeysRejected, NotOffered
from cambist.core.money import exact
from cambist.core.terms import Balance, Credentials, Secret, WalletBalances
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.hyperliquid.wallets import WALLETS
from cambist.exchanges.speaking import dialect_of
from tests.exchanges.answering import Says, answering
from tests.exchanges.recordings.hyperliquid import ADDRESS, BY_ADDRESS, HYPERLIQUID, PERPETUALS, SPOT
from tests.worlds import START

PERP, TOKENS, MODE = '"clearinghouseState"', '"spotClearinghouseState"', '"userAbstraction"'
# The answers of the documentation (hyperliquid.gitbook.io, "Info endpoint"): an account with an open position
# on isolated margin, spot balances, what is staked, and a share of a vault.
POSITION: dict[str, Any] = {
    "assetPositions": [
        {
            "position": {
                "coin": "ETH",
                "entryPx": "2986.3",
                "leverage": {"rawUsd": "-95.059824", "type": "isolated", "value": 20},
                "marginUsed": "4.967826",
                "positionValue": "100.02765",
                "szi": "0.0335",
                "unrealizedPnl": "-0.0134",
            },
            "type": "oneWay",
        }
    ],
    "crossMaintenanceMarginUsed": "0.0",
    "crossMarginSummary": {
        "accountValue": "13104.514502",
        "totalMarginUsed": "0.0",
        "totalNtlPos": "0.0",
        "totalRawUsd": "13104.514502",
    },
    "marginSummary": {
        "accountValue": "13109.482328",
        "totalMarginUsed": "4.967826",
        "totalNtlPos": "100.02765",
        "totalRawUsd": "13009.454678",
    },
    "time": 1708622398623,
    "withdrawable": "13104.514502",
}
DOCUMENTED = {
    PERP: POSITION,
    MODE: "disabled",
    TOKENS: {
        "balances": [
            {"coin": "USDC", "token": 0, "hold": "0.0", "total": "14.625485", "entryNtl": "0.0"},
            {"coin": "PURR", "token": 1, "hold": "0", "total": "2000", "entryNtl": "1234.56"},
        ]
    },
    '"delegatorSummary"': {
        "delegated": "12060.16529862",
        "undelegated": "0.0",
        "totalPendingWithdrawal": "0.0",
        "nPendingWithdrawals": 0,
    },
    '"userVaultEquities"': [
        {"vaultAddress": "0xdfc24b077bc1425ad1dea75bcb6f8158e10df303", "equity": "742500.082809"}
    ],
}
META = {
    "tokens": [
        {"name": "USDC", "index": 0},
        {"name": "PURR", "index": 1},
        {"name": "HYPE", "index": 150},
        {"name": "UBTC", "index": 197},
        {"name": "USDT0", "index": 268},
        {"name": "BTC", "index": 300},
    ],
    "universe": [
        {"name": "PURR/USDC", "tokens": [1, 0], "index": 0},
        {"name": "@107", "tokens": [150, 0], "index": 107},
        {"name": "@142", "tokens": [197, 0], "index": 142},
        {"name": "@166", "tokens": [268, 0], "index": 166},
        {"name": "@200", "tokens": [300, 0], "index": 200},
        {"name": "@201", "tokens": [999, 0], "index": 201},
    ],
}
MIDS = {
    "BTC": "82470.5",
    "@142": "82500.5",
    "@107": "40.125",
    "PURR/USDC": "0.2",
    "@166": "0.9995",
    "@200": "0.01",
}
PUBLIC = {'"spotMeta"': META, '"allMids"': MIDS}


def of(
    code: str, free: str, locked: str, total: str, asset: str | None = None, borrowed: str = "0"
) -> Balance:
    amounts = (Decimal(text) for text in (free, locked, total, borrowed))
    return Balance(asset or code, code, *amounts)


def what(requests: list[str]) -> list[str]:
    """What was asked, by the bodies of the requests."""
    return [json.loads(each[each.index("{") :])["type"] for each in requests]


def test_an_address_is_all_that_is_asked_for() -> None:
    assert market_of("hyperliquid").credentials == ("address",)


@pytest.mark.asyncio
async def test_the_documented_wallets_come_out_to_the_digit_the_open_position_in_them_once() -> None:
    async with answering("hyperliquid", DOCUMENTED, BY_ADDRESS) as asked:
        reading = await asked.read()
    assert not reading.failures
    assert {each.wallet: each.balances for each in reading.answered} == {
        # free and locked: the cash, without the -0.0134 that the position has won
        "perp": (of("USDC", "13104.514502", "4.981226", "13109.482328"),),
        "spot": (of("USDC", "14.625485", "0.0", "14.625485"), of("PURR", "2000", "0", "2000")),
        "hype_staking": (of("HYPE", "0.0", "12060.16529862", "12060.16529862"),),
        "vaults": (
            of(
                "0xdfc24b077bc1425ad1dea75bcb6f8158e10df303",
                "742500.082809",
                "0",
                "742500.082809",
                asset="USDC",
            ),
        ),
    }
    assert all(f'"user":"{ADDRESS}"' in each.replace(" ", "") for each in asked.requests)
    assert what(asked.requests).count("userAbstraction") == 1


@pytest.mark.asyncio
async def test_a_load_is_one_call_for_each_wallet_and_its_account_is_known_by_its_address() -> None:
    async with answering("hyperliquid", HYPERLIQUID.answers, BY_ADDRESS) as asked:
        reading = await asked.read()
        other_spelling = Credentials(ADDRESS.lower(), Secret(""))
        again = await asked.gateway.read_wallets(asked.market, other_spelling, ["perp"])
    assert sorted(what(asked.requests[:4])) == [
        "clearinghouseState",
        "delegatorSummary",
        "spotClearinghouseState",
        "userVaultEquities",
    ]
    assert reading.uid == again.uid == ADDRESS.lower()
    assert sorted((call.path.rpartition("/")[2], call.weight) for call in reading.calls) == [
        ("info#clearinghouseState", 2),
        ("info#delegatorSummary", 20),
        ("info#spotClearinghouseState", 2),
        ("info#userVaultEquities", 20),
    ]


@pytest.mark.asyncio
async def test_what_is_locked_up_in_a_vault_is_locked_until_it_is_not() -> None:
    async with answering("hyperliquid", HYPERLIQUID.answers, BY_ADDRESS) as asked:
        free, locked = await asked.balances("vaults")
    assert free[2:5] == (Decimal("742.500082"), Decimal(0), Decimal("742.500082"))
    assert locked[2:5] == (Decimal(0), Decimal("12.25"), Decimal("12.25"))


# A recorded answer of an account of one balance: what is on hold is what the positions' dex is worth.
UNIFIED = {
    "balances": [{"coin": "USDC", "token": 0, "hold": "25.96", "total": "26.33", "entryNtl": "0.0"}],
    "tokenToAvailableAfterMaintenance": [[0, "0.37"]],
}


@pytest.mark.parametrize("mode", ["unifiedAccount", "portfolioMargin"])
@pytest.mark.asyncio
async def test_an_account_of_one_balance_counts_its_positions_in_spot_alone(mode: str) -> None:
    async with answering("hyperliquid", {PERP: POSITION, MODE: mode, TOKENS: UNIFIED}, BY_ADDRESS) as asked:
        assert await asked.balances("perp") == ()
        assert await asked.balances("spot") == (of("USDC", "0.37", "0", "26.33"),)


def token(total: str, hold: str, **more: str) -> dict[str, Any]:
    return {"coin": "USDC", "token": 0, "total": total, "hold": hold, "entryNtl": "0.0", **more}


def in_spot(left: str | None, *rows: dict[str, Any]) -> dict[str, Any]:
    told = {} if left is None else {"tokenToAvailableAfterMaintenance": [[0, left]]}
    return {PERP: PERPETUALS, TOKENS: {"balances": list(rows), **told}}


@dataclass
class Client:
    """As the dialect uses one, with an answer for each question."""

    answers: dict[str, Any]
    walletAddress: str = ADDRESS  # noqa: N815
    raw: bool = False
    large: bool = False

    async def public_post_info(self, asked: dict[str, Any]) -> bytes:
        return json.dumps(self.answers[f'"{asked["type"]}"']).encode()


STANDARD = {MODE: "disabled", TOKENS: {"balances": [token("900", "0.0")]}}
BITCOIN = {**token("1", "0.25", spotHold="0.5"), "coin": "UBTC", "token": 1}


@pytest.mark.parametrize(
    ("answers", "marked"),
    [
        ({PERP: PERPETUALS, **STANDARD}, set()),
        ({PERP: POSITION, **STANDARD}, {"USDC"}),
        (in_spot("50", token("100", "50.0")), {"USDC"}),
        (in_spot("80", token("100", "0.0")), {"USDC"}),
        (in_spot("100", token("100", "25.0")), set()),  # for orders in spot
        (in_spot("130", token("100", "10.5", spotHold="10.5")), {"USDC"}),
        (in_spot(None, token("100", "-5.0", spotHold="10.5")), {"USDC"}),
        (in_spot(None, token("100", "10.5", spotHold="10.5"), BITCOIN), set()),
    ],
)
@pytest.mark.asyncio
async def test_dollars_move_by_themselves_while_positions_keep_some(
    answers: dict[str, Any], marked: set[str]
) -> None:
    market = market_of("hyperliquid")
    read = {name: await WALLETS[name](Client(answers), market) for name in ("perp", "spot")}
    held = [WalletBalances(name, answer.balances, START) for name, answer in read.items()]
    assert totals_of(START, held, (), market.positions).marked_to_market == marked


@pytest.mark.parametrize("mode", ["default", "disabled", "dexAbstraction"])
@pytest.mark.asyncio
async def test_in_every_other_mode_perpetuals_are_worth_what_they_say(mode: str) -> None:
    async with answering("hyperliquid", {PERP: POSITION, MODE: mode}, BY_ADDRESS) as asked:
        assert [str(each.total) for each in await asked.balances("perp")] == ["13109.482328"]


@pytest.mark.asyncio
async def test_margin_in_use_without_a_position_asks_for_the_mode_too() -> None:
    used = {**PERPETUALS["marginSummary"], "totalMarginUsed": "477.867397"}
    state = {**PERPETUALS, "marginSummary": used}
    async with answering("hyperliquid", {PERP: state, MODE: "unifiedAccount"}, BY_ADDRESS) as asked:
        assert await asked.balances("perp") == ()


@pytest.mark.parametrize("mode", ["aNewMode", "", None, {"mode": "unifiedAccount"}])
@pytest.mark.asyncio
async def test_a_mode_that_is_not_known_is_a_named_failure(mode: Any) -> None:
    answers = {PERP: POSITION, MODE: Says(200, json.dumps(mode))}
    async with answering("hyperliquid", answers, BY_ADDRESS) as asked:
        failed = await asked.failure("perp")
    assert isinstance(failed, ExchangeUnavailable)
    assert "the mode of an account" in str(failed)


@pytest.mark.asyncio
async def test_what_is_borrowed_in_portfolio_margin_is_off_the_total_already_and_what_is_supplied_in_it() -> (
    None
):
    """The fields as a recorded answer has them; on hold is less than nothing where more could be borrowed."""
    rows = [
        {
            "coin": "USDC",
            "token": 0,
            "total": "13967.93682455",
            "hold": "-5.92201599",
            "entryNtl": "0.0",
            "spotHold": "10.5",
            "ltv": "0.0",
            "supplied": "13967.93682455",
        },
        {"coin": "USDT0", "token": 268, "total": "-250.5", "hold": "0.0", "borrowed": "251.75"},
        {"coin": "+14720", "total": "3.0", "hold": "0.0", "entryNtl": "1.5"},
    ]
    async with answering("hyperliquid", {TOKENS: {"balances": rows}}, BY_ADDRESS) as asked:
        assert await asked.balances("spot") == (
            of("USDC", "13941.01480856", "10.5", "13967.93682455"),
            of("USDT0", "-250.5", "0.0", "-250.5", asset="USDT", borrowed="251.75"),
            of("+14720", "3.0", "0.0", "3.0"),
        )


@pytest.mark.asyncio
async def test_everything_is_valued_by_spot_pairs_bitcoin_by_that_of_unit() -> None:
    async with answering("hyperliquid", {**HYPERLIQUID.answers, **PUBLIC}, BY_ADDRESS) as asked:
        valued = await asked.valued()
    with exact():
        staked = Decimal("120.25") + Decimal("3.5") + Decimal("1.125")
        dollars = Decimal("1250.75") + Decimal("310.125") + Decimal("742.500082") + Decimal("12.25")
        worth = dollars + Decimal("0.01234567") * Decimal("82500.5") + staked * Decimal("40.125")
    assert valued.usd == worth
    assert (valued.numeraire.source, valued.unpriced) == ("BTC/USDC", ())


@pytest.mark.parametrize("price", ["last", "mid"])
@pytest.mark.asyncio
async def test_a_perpetuals_price_is_none_of_spot_and_a_token_called_btc_is_not_bitcoin(price: str) -> None:
    async with answering("hyperliquid", PUBLIC, BY_ADDRESS, price=price) as asked:
        assert str(await asked.price("BTC", "USDC")) == "82500.5"
        assert await asked.price("BTC of Hyperliquid", "USDC") == Decimal("0.01")
        assert await asked.price("USDT", "USDC") == Decimal("0.9995")
        rates = await asked.gateway.rates(asked.market, ("HYPE", "USDC"))
    assert rates is not None
    assert (rates.last, rates.bid, rates.ask) == (Decimal("40.125"), None, None)


def test_a_load_of_all_wallets_weighs_as_documented() -> None:
    weights = dialect_of("hyperliquid").weights
    asked = ("clearinghouseState", "spotClearinghouseState", "delegatorSummary", "userVaultEquities")
    assert [weights.of(f"/info#{each}") for each in asked] == [2, 2, 20, 20]
    assert (weights.limit, weights.of("/info#userRole")) == (1_200, 20)


@pytest.mark.asyncio
async def test_an_address_that_is_none_is_a_bad_key_and_a_limit_is_one() -> None:
    no_address = Says(422, "Failed to deserialize the JSON body into the target type")
    async with answering("hyperliquid", {PERP: no_address}, BY_ADDRESS) as asked:
        failed = await asked.failure("perp")
    assert isinstance(failed, KeysRejected)
    assert (failed.key_state, "0x and 40 hexadecimal digits" in str(failed)) == ("invalid", True)
    async with answering("hyperliquid", {PERP: Says(429, "null")}, BY_ADDRESS) as asked:
        assert isinstance(await asked.failure("perp"), ExchangeLimiting)
    async with answering("hyperliquid", {PERP: Says(500, "null")}, BY_ADDRESS) as asked:
        assert isinstance(await asked.failure("perp"), ExchangeUnavailable)


@pytest.mark.asyncio
async def test_a_token_told_twice_is_a_named_failure_and_an_account_of_nothing_is_empty() -> None:
    twice = {"balances": [SPOT["balances"][0], SPOT["balances"][0]]}
    async with answering("hyperliquid", {TOKENS: twice}, BY_ADDRESS) as asked:
        assert "a token twice" in str(await asked.failure("spot"))
    nothing: dict[str, Any] = {
        TOKENS: {"balances": []},
        '"userVaultEquities"': [],
        '"delegatorSummary"': {"delegated": "0.0", "undelegated": "0.0", "totalPendingWithdrawal": "0.0"},
    }
    async with answering("hyperliquid", nothing, BY_ADDRESS) as asked:
        reading = await asked.read("spot", "vaults", "hype_staking")
    assert [(each.wallet, each.balances) for each in reading.answered] == [
        ("spot", ()),
        ("vaults", ()),
        ("hype_staking", ()),
    ]


@pytest.mark.asyncio
async def test_open_orders_are_counted_and_deposits_not_offered() -> None:
    async with answering("hyperliquid", {'"openOrders"': [{"oid": 1}, {"oid": 2}]}, BY_ADDRESS) as asked:
        assert await asked.gateway.open_orders(asked.market, BY_ADDRESS) == 2
        with pytest.raises(NotOffered):
            await asked.gateway.deposit_address(asked.market, BY_ADDRESS, "USDC", "Arbitrum")
