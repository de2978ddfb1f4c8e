"""What a refusal of keys means, where an exchange's one code may mean the keys or only a permission."""

from cambist.core.egress import Egress
from cambist.core.errors import AddressRefused, KeysRejected
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
        f"The keys are good, but may not read this account: {lacking}.",
        key_state=KeyState.NO_PERMISSION,
        words=refused.words,
    )


def refused_from(egress: Egress, credentials: Credentials, refused: KeysRejected) -> KeysRejected:
    """The refusal of keys as it is to be told and believed, now that they were used by this egress.

    An exchange may say of good keys that they are bad where only the address is not theirs, so it is believed
    only from the address where they worked last.
    """
    if not egress.shows or refused.key_state not in (KeyState.INVALID, KeyState.IP_NOT_ALLOWED):
        return refused
    if refused.key_state == KeyState.INVALID and credentials.worked_from == egress.shows:
        return refused
    doubt = "" if refused.key_state == KeyState.IP_NOT_ALLOWED else ", or see that the keys are right"
    return AddressRefused(
        f"The exchange refuses these keys from {egress.shows} (egress {egress.name}): allow that address for "
        f"them at the exchange{doubt}.",
        key_state=KeyState.IP_NOT_ALLOWED,
        words=refused.words,
    )
