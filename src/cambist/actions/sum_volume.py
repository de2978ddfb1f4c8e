"""Sum up what an account traded in a stretch of time, from its own trades."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cambist.actions.facts import Caller
from cambist.actions.flows_known import known_spans, pages
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys
from cambist.core.errors import VolumeUnknown
from cambist.core.ledger import EntryKind
from cambist.core.listings import Trade
from cambist.core.terms import Account, Credentials, Market
from cambist.core.volume import NOTHING, Volume, in_bitcoin_now, volume, volume_of_legs

MOST_LEGS = 500_000
_MILLISECOND = timedelta(milliseconds=1)


async def sum_volume(
    outside: Outside, caller: Caller, account_id: int, start: datetime, until: datetime
) -> Volume:
    """The worth of the account's spot trades from `start` to before `until`; nothing traded is 0.

    Where its ledger is known for all of that time, it is the worth of each trade's quote in its own time;
    otherwise the exchange is asked. Exchanges tell trades pair by pair, so those pairs are asked for whose
    two assets the account held by any of its loads from the last one before `start` to the first one after
    `until`. Without a load before `start` it is not known what was held then, and the volume is not known
    either. An asset that came and went between two loads is not seen.

    A trade so told counts with its own quote amount: bitcoin as it is, USD and dollar coins as dollars, and
    between them by P of the load nearest to the trade. An amount in any other quote becomes bitcoin by
    today's price.
    Raises NotFound, as VolumeUnknown too; LoadFailed where the exchange does not answer.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
    if await _is_known(outside, account, start, until):
        return await _from_entries(outside, account_id, start - _MILLISECOND, until - _MILLISECOND)
    held = await outside.history.holdings(account_id, start, until)
    if held is None:
        raise VolumeUnknown

    async def ask(market: Market, credentials: Credentials) -> Sequence[Trade] | None:
        return await outside.inquiries.trades(market, credentials, held.assets, start, until)

    trades = await use_keys(outside, caller, account_id, "volume", ask)
    if trades is None:
        raise VolumeUnknown
    market = outside.exchanges.market(account.market)
    prices = await outside.exchanges.price_list(market)
    preferences = outside.rules.preferences((await outside.users.get(caller.user_id)).chosen)
    in_bitcoin = in_bitcoin_now(prices.priced(market, preferences.stablecoins))
    found = volume(trades, held.bitcoin_prices, in_bitcoin)
    if found is None:
        raise VolumeUnknown
    return found


async def _is_known(outside: Outside, account: Account, start: datetime, until: datetime) -> bool:
    standing = await outside.flows.standing(account.id)
    span = known_spans(outside, account, standing)[EntryKind.TRADE]
    return span is not None and span[0] <= start and until <= span[1]


async def _from_entries(outside: Outside, account_id: int, since: datetime, until: datetime) -> Volume:
    """Of the trades in (since, until]. Raises VolumeUnknown."""
    count, found = 0, NOTHING
    async for page in pages(outside, account_id, since, until, {EntryKind.TRADE}):
        count += len(page)
        traded = volume_of_legs(page)
        if traded is None or count > MOST_LEGS:
            raise VolumeUnknown
        found += traded
    return found
