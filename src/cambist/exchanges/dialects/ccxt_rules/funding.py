"""Networks and addresses for deposits as ccxt reads them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cambist.core.errors import NotOffered
from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.guard import Unusable, number


async def currencies(client: Any) -> tuple[Currency, ...]:
    """ccxt's fetch_currencies. None at all is refused: it may be an answer that was not understood."""
    if client.describe()["has"].get("fetchCurrencies") is not True:
        raise NotOffered(f"{client.name} does not tell networks.")
    client.large = True
    told: dict[str, dict[str, Any]] = await client.fetch_currencies()
    if not told:
        raise Unusable("no currencies were found in the answer")
    return tuple(
        Currency(
            code=code,
            name=currency.get("name") or code,
            deposits=currency.get("deposit"),
            withdrawals=currency.get("withdraw"),
            networks=tuple(_ccxt_network(*named) for named in (currency.get("networks") or {}).items()),
        )
        for code, currency in told.items()
    )


def _ccxt_network(code: str, told: Mapping[str, Any]) -> Network:
    withdrawal: Mapping[str, Any] = (told.get("limits") or {}).get("withdraw") or {}
    return Network(
        code=code,
        default=None,
        deposits=told.get("deposit"),
        withdrawals=told.get("withdraw"),
        needs_tag=None,
        name=told.get("name"),
        withdrawal_fee=_amount(told.get("fee")),
        min_withdrawal=_amount(withdrawal.get("min")),
        max_withdrawal=_amount(withdrawal.get("max")),
        withdrawal_step=_amount(told.get("precision")),
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """ccxt's fetch_deposit_address."""
    if client.has.get("fetchDepositAddress") is not True:
        raise NotOffered(f"{client.name} does not tell addresses for deposits.")
    told = await client.fetch_deposit_address(currency, {"network": network})
    address = told.get("address")
    if not isinstance(address, str) or not address.strip():
        raise Unusable("the answer has no address of this currency")
    return DepositAddress(address, str(told.get("tag") or ""))


def _amount(text: Any) -> Decimal | None:
    return None if text is None else number(str(text))
