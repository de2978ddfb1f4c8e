"""Coinbase Exchange, once GDAX and Coinbase Pro: the balances of a profile."""

from typing import Any

import msgspec

from cambist.core.errors import NotOffered
from cambist.core.terms import Market
from cambist.exchanges.dialect import Listed, Source, Texts, WalletAnswer, WalletReader
from cambist.exchanges.dialects.coinbase.clock import sign_by_its_clock
from cambist.exchanges.guard import Unusable, all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import filled, in_columns


class _Account(msgspec.Struct, gc=False):
    currency: str
    balance: str
    hold: str
    available: str
    profile_id: str


_accounts = msgspec.json.Decoder(list[_Account])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """GET /accounts: every currency's account of the profile that the key is bound to.

    ccxt's own method of that call looks for an error in what we want as bytes, so it is left out; an error
    has a status that tells it. A profile has an account of each currency, held or not: none is no answer.
    """
    sign_by_its_clock(client)
    client.raw = client.large = True
    rows = shaped(_accounts, await client.fetch2("accounts", ["private"], "GET", {}), "a list of accounts")
    if not rows:
        raise Unusable("the answer lists no accounts")
    raw = client.answer.body
    told_once(raw, **dict.fromkeys(("currency", "balance", "hold", "available", "profile_id"), len(rows)))
    codes = [row.currency for row in rows]
    all_differ(codes, "an account")
    profiles = {row.profile_id for row in rows}
    if len(profiles) > 1:
        raise Unusable("the answer is of several profiles")
    balances = in_columns(
        market,
        codes,
        numbers([row.available for row in rows]),
        numbers([row.hold for row in rows]),
        numbers([row.balance for row in rows]),
    )
    return WalletAnswer(filled(balances), profiles.pop() or None)


async def _no_pairs(_: Any) -> Listed:
    raise NotOffered("Coinbase Exchange is valued by the prices of Coinbase Advanced: they share a book.")


async def _no_prices(_: Any) -> Texts:
    raise NotOffered("Coinbase Exchange is valued by the prices of Coinbase Advanced: they share a book.")


WALLETS: dict[str, WalletReader] = {"spot": spot}
NO_PRICES = Source(_no_pairs, _no_prices, _no_prices)
