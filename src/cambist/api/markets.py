"""The endpoints of markets: what can be connected, and with which fields."""

import msgspec

from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import icon_url
from cambist.core.terms import Market

_FIELD_NAMES = {
    "api_key": "API key",
    "address": "Wallet address",
    "secret": "API secret",
    "passphrase": "Passphrase",
    "customer_id": "Customer ID",
}


class FormField(msgspec.Struct):
    field: str
    localized_name: str


class FormFields(msgspec.Struct):
    required: list[FormField]
    optional: list[FormField]


class ListedMarket(msgspec.Struct):
    """A market that can be connected, what its form asks for, and from which addresses keys are used."""

    market_name: str
    market_url: str
    market_icon: str
    help_link: str
    market_code: str
    form_fields: FormFields
    available_connection_flows: list[str]
    third_party_allowed: bool
    trusted_ips: list[str]
    trusted_ips_input_type: None
    fast_connect_action_name: None


async def market_list(asked: Asked) -> Answered[list[ListedMarket]]:
    markets = asked.outside.exchanges.markets()
    ours = [*asked.outside.rules.egresses.values()]
    return Answered([_listed(market, asked.served.public_url, ours) for market in markets])


def _listed(market: Market, public_url: str, ours: list[str]) -> ListedMarket:
    return ListedMarket(
        market_name=market.exchange_name,
        market_url=market.url,
        market_icon=icon_url(market, public_url),
        help_link=market.help_url,
        market_code=market.code,
        form_fields=FormFields([FormField(name, _FIELD_NAMES[name]) for name in market.credentials], []),
        available_connection_flows=["api_keys"],
        third_party_allowed=False,
        trusted_ips=ours,
        trusted_ips_input_type=None,
        fast_connect_action_name=None,
    )
