"""Wallets beside the base one, which an exchange may not have opened for an account."""

from typing import Any

from cambist.core.errors import ExchangeRefused, NotOffered
from cambist.core.terms import Market
from cambist.exchanges.dialect import WalletAnswer, WalletReader


def where_opened(reader: WalletReader) -> WalletReader:
    """The reader of a wallet whose final refusal, in whatever words, says that the account has none.

    That the keys are good, the base wallet tells: so what is refused here is this wallet.
    """

    async def read(client: Any, market: Market) -> WalletAnswer:
        try:
            return await reader(client, market)
        except NotOffered:
            raise
        except ExchangeRefused as refused:
            raise NotOffered(str(refused)) from None

    return read
