"""Sum up what an account traded in a stretch of time, from its own trades."""

from collections.abc import Sequence
from datetime import datetime

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys
from cambist.core.errors import VolumeUnknown
from cambist.core.listings import Trade
from cambist.core.terms import Credentials, Market
from cambist.core.volume import Volume, in_bitcoin_now, volume


async def sum_volume(
    outside: Outside, caller: Caller, account_id: int, start: datetime, until: datetime
) -> Volume:
    """The worth of the account's spot trades from `start` to before `until`; nothing traded is 0.

    Exchanges tell trades pair by pair, so those pairs are asked for whose two assets the account held by any
    of its loads from the last one before `start` to the first one after `until`. Without a load before
    `start` it is not known what was held then, and the volume is not known either. An asset that came and
    went between two loads is not seen.

    A trade counts with its own quote amount: bitcoin as it is, USD and dollar coins as dollars, and between
    them by P of the load nearest to the trade. An amount in any other quote becomes bitcoin by today's price.
    Raises NotFound, as VolumeUnknown too; LoadFailed where the exchange does not answer.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
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
