"""How currencies reach an OKX account and leave it: networks, and addresses for deposits."""

from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused
from cambist.core.listings import Currency, DepositAddress, Network
from cambist.exchanges.dialects.okx.answers import Answer, rows_in
from cambist.exchanges.guard import Unusable, checked_json, number


class _Chain(msgspec.Struct, rename="camel"):
    """A currency on one network; the texts are empty where a limit does not apply."""

    ccy: str
    chain: str
    can_dep: bool
    can_wd: bool
    name: str = ""
    main_net: bool = False
    need_tag: bool | None = None
    fee: str = ""
    min_wd: str = ""
    max_wd: str = ""
    wd_tick_sz: str = ""


class _Address(msgspec.Struct, rename="camel"):
    ccy: str
    chain: str
    addr: str
    selected: bool
    tag: str = ""
    memo: str = ""
    pmt_id: str = ""
    addr_ex: dict[str, str] | None = None


_chains = msgspec.json.Decoder(Answer[_Chain])
_addresses = msgspec.json.Decoder(Answer[_Address])


async def currencies(client: Any) -> tuple[Currency, ...]:
    """GET /api/v5/asset/currencies: a row for each network of each currency."""
    client.raw = client.large = True
    raw = await client.private_get_asset_currencies()
    rows = sorted(rows_in(_chains, raw, "a list of currencies"), key=attrgetter("ccy"))
    return tuple(_currency(code, list(chains)) for code, chains in groupby(rows, key=attrgetter("ccy")))


def _currency(code: str, chains: list[_Chain]) -> Currency:
    return Currency(
        code=code,
        name=chains[0].name or code,
        deposits=any(chain.can_dep for chain in chains),
        withdrawals=any(chain.can_wd for chain in chains),
        networks=tuple(map(_network, chains)),
    )


def _network(told: _Chain) -> Network:
    return Network(
        code=told.chain,
        default=told.main_net,
        deposits=told.can_dep,
        withdrawals=told.can_wd,
        needs_tag=told.need_tag,
        name=told.chain.removeprefix(f"{told.ccy}-"),
        withdrawal_fee=_amount(told.fee),
        min_withdrawal=_amount(told.min_wd),
        max_withdrawal=_amount(told.max_wd),
        withdrawal_step=_amount(told.wd_tick_sz and f"1e-{told.wd_tick_sz}"),
    )


async def deposit_address(client: Any, currency: str, network: str) -> DepositAddress:
    """GET /api/v5/asset/deposit-address: the one that is selected now, of those that ever were.

    Raises Unusable, ExchangeRefused where the account has none on this network.
    """
    client.raw = True
    raw = await client.private_get_asset_deposit_address({"ccy": currency})
    checked_json(raw)  # what goes to a wrong address is lost: no key of any row stands twice
    rows = rows_in(_addresses, raw, "a list of addresses")
    if any(row.ccy != currency or not row.addr.strip() for row in rows):
        raise Unusable("the answer has no address of this currency")
    chosen = {(row.addr, _tag(row)) for row in rows if row.chain == network and row.selected}
    if not chosen:
        raise ExchangeRefused(f"OKX tells no address of {currency} on the network {network}.")
    if len(chosen) > 1:
        raise Unusable("the answer has several addresses of this network")
    return DepositAddress(*chosen.pop())


def _tag(told: _Address) -> str:
    """What must go with the address, by whichever of its names."""
    tags = {told.tag, told.memo, told.pmt_id, *(told.addr_ex or {}).values()} - {""}
    if len(tags) > 1:
        raise Unusable("the answer has several tags of an address")
    return tags.pop() if tags else ""


def _amount(text: str) -> Decimal | None:
    return number(text) if text else None
