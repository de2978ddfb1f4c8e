"""What a refusal of keys means, where an exchange's one code may mean the keys or only a permission."""

from cambist.core.errors import KeysRejected
from cambist.core.terms import Credentials, KeyState
from cambist.exchanges.exchange import Exchange


async def told_apart(
    exchange: Exchange, credentials: Credentials, wallet: str, refused: KeysRejected
) -> KeysRejected:
    """The refusal for a wallet as it stands, or as one for want of a permission: the keys are good elsewhere.

    Raises LoadFailed where that cannot be found out now: then nothing is concluded of the keys.
    """
    dialect = exchange.dialect
    lacking = dialect.needs.get(wallet)
    if lacking is None or dialect.uid is None or refused.key_state != KeyState.INVALID:
        return refused
    try:
        await exchange.ask(dialect.uid, credentials)
    except KeysRejected:
        return refused
    return KeysRejected(
        f"The keys are good, but may not read this account: {lacking}.", key_state=KeyState.NO_PERMISSION
    )
