"""Which wallets of an exchange account are covered by accounts that are kept."""

from collections.abc import Sequence

import msgspec

from cambist.store.connection import Connection, queries
from cambist.store.documents import decode_coverage


def coverages_beside(
    connection: Connection,
    user_id: int,
    markets: Sequence[str],
    api_key: str,
    uid: str | None,
    beside: int | None = None,
) -> list[tuple[str, ...]]:
    """The wallets of each account of the user, of these markets, with this uid or key.

    beside: the id of an account that is left out.
    """
    rows = queries.coverages(
        connection,
        user_id=user_id,
        markets=msgspec.json.encode(markets).decode(),
        api_key=api_key,
        uid=uid,
        beside=beside,
    )
    return [decode_coverage(row["coverage"]).wallets for row in rows]
