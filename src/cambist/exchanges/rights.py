"""What keys may do, where the exchange tells. Never inferred from what an account may do."""

from cambist.core.rights import UNKNOWN, KeyRights
from cambist.core.terms import Call, Credentials
from cambist.exchanges.exchange import Exchange


async def rights_of(
    exchange: Exchange, credentials: Credentials, trail: list[Call] | None = None
) -> KeyRights:
    """What the keys may do; all unknown where the exchange does not tell. Raises LoadFailed."""
    read = exchange.dialect.rights
    return UNKNOWN if read is None else await exchange.ask(read, credentials, trail)
