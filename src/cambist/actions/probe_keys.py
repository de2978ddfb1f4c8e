"""Try exchange keys without keeping or valuing anything: what they open, and what they may do."""

from cambist.actions.facts import Probed
from cambist.actions.ports import Exchanges
from cambist.core.errors import InvalidInput
from cambist.core.terms import Credentials, Secret


async def probe_keys(
    exchanges: Exchanges,
    *,
    type: str,
    api_key: str,
    secret: Secret,
    passphrase: Secret | None = None,
    customer_id: str | None = None,
) -> Probed:
    """What the exchange answers to these keys; needs no installation.

    Raises NotFound for an unknown type, InvalidInput for what cannot be keys, LoadFailed where the exchange
    rejects them or does not answer.
    """
    market = exchanges.market(type)
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise InvalidInput({"api_key": ["is invalid"]})
    given = {
        "secret": secret.reveal() or None,
        "passphrase": passphrase,
        "customer_id": customer_id,
    }
    missing = [field for field in market.credentials if field in given and given[field] is None]
    if missing:
        raise InvalidInput({field: ["is missing"] for field in missing})
    return await exchanges.probe(market, Credentials(api_key, secret, passphrase, customer_id))
