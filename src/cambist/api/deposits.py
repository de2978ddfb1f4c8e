"""The endpoints of deposits: networks, and the address of a currency on one of them."""

from decimal import Decimal

import msgspec

from cambist.actions.list_networks import Purpose, list_networks
from cambist.actions.tell_deposit import tell_deposit
from cambist.api.endpoint import Answered, Asked
from cambist.api.parameters import optional_choice, required_text
from cambist.core.listings import Currency, Network
from cambist.core.money import plain_text

PURPOSE = optional_choice("purpose", "only currencies that are open for it", tuple(Purpose))
CURRENCY = required_text("currency", "the currency's code, as `networks_info` tells it")
NETWORK = required_text("network", "the network's code, as `networks_info` tells it")


class ListedNetwork(
    msgspec.Struct,
    kw_only=True,
    rename={"withdraw_max": "withdrawMax", "withdraw_multiple": "withdrawMultiple"},
):
    """A network of a currency, amounts as decimal texts; null where the exchange does not tell."""

    network: str
    default: bool | None
    deposit_enable: bool | None
    withdraw_enable: bool | None
    deposit_tip: str | None
    withdraw_tip: str | None
    special_tip: str | None
    network_name: str | None
    network_url: str | None
    address_regexp: str | None
    withdraw_fee: str | None
    withdraw_min: str | None
    withdraw_max: str | None
    withdraw_multiple: str | None
    memo_regexp: str | None
    label: str | None
    require_address_tag: bool | None


class ListedCurrency(msgspec.Struct):
    """A currency and its networks; null where the exchange does not tell."""

    currency: str
    name: str
    deposit_enable: bool | None
    withdraw_enable: bool | None
    network_list: list[ListedNetwork]


class DepositData(msgspec.Struct):
    """An address for deposits, and what the last load found of the currency; decimal texts."""

    address: str
    address_tag: str
    available_balance: str
    in_orders: str
    total_balance: str


async def networks_info(asked: Asked) -> Answered[list[ListedCurrency]]:
    account_id = asked.account_id
    await asked.outside.accounts.get(asked.caller.user_id, account_id)
    purpose = asked[PURPOSE]
    wanted = None if purpose is None else Purpose(purpose)
    currencies = await list_networks(asked.outside, asked.caller, account_id, wanted)
    return Answered([_listed(currency) for currency in currencies])


async def deposit_data(asked: Asked) -> Answered[DepositData]:
    account_id = asked.account_id
    await asked.outside.accounts.get(asked.caller.user_id, account_id)
    deposit = await tell_deposit(
        asked.outside, asked.caller, account_id, currency=asked[CURRENCY], network=asked[NETWORK]
    )
    return Answered(
        DepositData(
            address=deposit.to.address,
            address_tag=deposit.to.tag,
            available_balance=plain_text(deposit.free),
            in_orders=plain_text(deposit.locked),
            total_balance=plain_text(deposit.total),
        )
    )


def _listed(currency: Currency) -> ListedCurrency:
    return ListedCurrency(
        currency=currency.code,
        name=currency.name,
        deposit_enable=currency.deposits,
        withdraw_enable=currency.withdrawals,
        network_list=[_network(network) for network in currency.networks],
    )


def _network(network: Network) -> ListedNetwork:
    return ListedNetwork(
        network=network.code,
        default=network.default,
        deposit_enable=network.deposits,
        withdraw_enable=network.withdrawals,
        deposit_tip=network.deposit_note,
        withdraw_tip=network.withdrawal_note,
        special_tip=network.note,
        network_name=network.name,
        network_url=None,
        address_regexp=network.address_pattern,
        withdraw_fee=_text(network.withdrawal_fee),
        withdraw_min=_text(network.min_withdrawal),
        withdraw_max=_text(network.max_withdrawal),
        withdraw_multiple=_text(network.withdrawal_step),
        memo_regexp=network.tag_pattern,
        label="MEMO/Tag" if network.needs_tag else "",
        require_address_tag=network.needs_tag,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain_text(amount)
