"""What else a WhiteBIT account gave away and was given: conversions, codes, and transfers of sub-accounts."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.whitebit.lists import PAGE
from cambist.exchanges.dialects.whitebit.reading import at_ms, entry
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number, shaped
from cambist.exchanges.ledger_rows import Told, came, went


class _Step(msgspec.Struct, rename={"given": "from"}):
    given: str
    to: str


class _Conversion(msgspec.Struct):
    """path: from the currency that was given, by others, to the one that was received."""

    id: int | str
    date: msgspec.Raw
    give: str
    receive: str
    path: list[_Step]


class _Conversions(msgspec.Struct):
    records: list[_Conversion]


class _Code(msgspec.Struct):
    """amount: below nothing where it was put into a code, else with a plus. The code itself is money."""

    external_id: str
    date: msgspec.Raw
    ticker: str
    amount: str


class _Codes(msgspec.Struct):
    data: list[_Code]


class _SubAccount(msgspec.Struct):
    id: str


class _SubAccounts(msgspec.Struct):
    data: list[_SubAccount]


class _Transfer(msgspec.Struct, rename="camel"):
    id: int | str
    direction: str
    currency: str
    amount: str
    created_at: msgspec.Raw


class _Transfers(msgspec.Struct):
    data: list[_Transfer]


_conversions = msgspec.json.Decoder(_Conversions)
_codes = msgspec.json.Decoder(_Codes)
_sub_accounts = msgspec.json.Decoder(_SubAccounts)
_transfers = msgspec.json.Decoder(_Transfers)


def conversions(raw: bytes, market: Market) -> Iterator[Told]:
    """Conversions as two legs; of which wallet they were is not told."""
    checked_json(raw)
    for row in shaped(_conversions, raw, "a list of conversions").records:
        if not row.path:
            raise Unusable("the answer has a conversion of no currencies")
        name, at, kind = str(row.id), at_ms(row.date), EntryKind.TRADE
        sold, bought = row.path[0].given, row.path[-1].to
        given = entry(market, f"{name}:base", at, kind, sold, went(row.give), "", group=name)
        got = entry(market, f"{name}:quote", at, kind, bought, came(row.receive), "", group=name, quote=True)
        yield Told(name, at, given + got)


def codes(raw: bytes, market: Market) -> Iterator[Told]:
    """What went into codes, and came of them: from others, or back, as another row of the same code."""
    checked_json(raw)
    for row in shaped(_codes, raw, "a history of codes").data:
        at, amount = at_ms(row.date), number(row.amount.removeprefix("+"))
        name = f"{row.external_id}:{'made' if amount < 0 else 'applied'}"
        yield Told(name, at, entry(market, name, at, EntryKind.TRANSFER, row.ticker, amount))


async def sub_accounts(client: Any) -> list[str]:
    """POST /api/v4/sub-account/list. Of an account that is one itself no words of refusal are documented."""
    raw = await client.v4_private_post_sub_account_list({"limit": PAGE, "offset": 0})
    checked_json(raw)
    ids = [each.id for each in shaped(_sub_accounts, raw, "a list of sub-accounts").data]
    all_differ(ids, "a sub-account")
    if len(ids) >= PAGE:
        raise Unusable("the answer has more sub-accounts than are read")
    return ids


def sub_transfers(raw: bytes, market: Market) -> Iterator[Told]:
    """What went to a sub-account, and came from it."""
    checked_json(raw)
    for row in shaped(_transfers, raw, "a list of transfers").data:
        if row.direction not in ("main_to_sub", "sub_to_main"):
            raise Unusable("the answer has a transfer of no direction")
        name, at = str(row.id), at_ms(row.created_at)
        amount = went(row.amount) if row.direction == "main_to_sub" else came(row.amount)
        yield Told(name, at, entry(market, name, at, EntryKind.TRANSFER, row.currency, amount))
