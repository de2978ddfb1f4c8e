"""Try exchange keys without keeping or valuing anything: what they open, and what they may do."""

from dataclasses import replace

from cambist.actions.facts import Probed
from cambist.actions.ports import Exchanges
from cambist.core.credentials import GivenKeys, credentials_for


async def probe_keys(exchanges: Exchanges, type: str, keys: GivenKeys, egress: str | None = None) -> Probed:
    """What the exchange answers to these keys by this egress, or by the first; needs no installation.

    Raises NotFound for an unknown type, InvalidInput for what cannot be keys, LoadFailed where the exchange
    rejects them or does not answer.
    """
    market = exchanges.market(type)
    return await exchanges.probe(market, replace(credentials_for(market, keys), egress=egress))
