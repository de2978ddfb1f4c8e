"""How rows become facts."""

from decimal import Decimal
from functools import lru_cache
from sqlite3 import Row
from typing import Any

from cambist.actions.facts import ApiKey, SealedCredentials, User
from cambist.core.addresses import network
from cambist.core.currencies import Chosen
from cambist.core.history import FlowMark, Snapshot, moment
from cambist.core.signing import KeyKind
from cambist.core.terms import Account, Figures, KeyState, Mode, Permission, Stablecoins, Worth
from cambist.store.documents import decode_coverage, decode_figures, decode_flows, decode_gaps, decode_rights


def account_from(row: Row, figures: Figures | None = None) -> Account:
    """The account; its figures may be handed over by who has just written them."""
    return Account(
        id=row["id"],
        user_id=row["user_id"],
        market=row["market"],
        name=row["name"],
        api_key=row["api_key"],
        key_state=KeyState(row["key_state"]),
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        figures=figures or decode_figures(row["figures"]),
        loaded_at=moment(row["loaded_at"]),
        load_id=row["load_id"],
        complete=bool(row["complete"]),
        include_in_summary=bool(row["include_in_summary"]),
        lock_reason=row["lock_reason"],
        customer_id=row["customer_id"],
        uid=row["uid"],
        egress=row["egress"],
        rights=decode_rights(row["rights"]),
        rights_read_at=None if row["rights_read_at"] is None else moment(row["rights_read_at"]),
        coverage=decode_coverage(row["coverage"]),
        gaps=decode_gaps(row["gaps"]),
        flows=decode_flows(row["flows"]),
    )


def sealed_from(row: Row) -> SealedCredentials:
    return SealedCredentials(
        row["api_key"],
        row["secret"],
        row["passphrase"],
        row["customer_id"],
        row["egress"],
        row["worked_from"],
    )


def snapshot_from(row: Row | None) -> Snapshot | None:
    return None if row is None else snapshot_of(row)


def snapshot_of(row: Row) -> Snapshot:
    return _snapshot(row["at"], row["btc"], row["usd"], row["rate"], row["btc_usd"], row["currency"])


@lru_cache(maxsize=2_048)
def _snapshot(at: int, btc: str, usd: str, rate: str, btc_usd: str | None, currency: str | None) -> Snapshot:
    """Those that an account's profits start at are read by each of its loads, some of them twice."""
    price = None if btc_usd is None else Decimal(btc_usd)
    return Snapshot(moment(at), Worth(Decimal(btc), Decimal(usd), Decimal(rate)), price, currency)


def flow_mark_from(row: Row) -> FlowMark:
    """Of the row among the baselines that tells it, in the columns that it has."""
    return FlowMark(version=row["usd"], latest=moment(row["at"]), noted=bool(row["btc"]))


def user_from(row: Row) -> User:
    return User(
        row["id"],
        row["name"],
        row["data_key"],
        moment(row["created_at"]),
        Mode(row["mode"]),
        bool(row["has_password"]),
        chosen_from(row),
    )


def chosen_from(row: Row) -> Chosen:
    mode = row["stablecoins"]
    dust = row["dust_usd"]
    return Chosen(
        row["display_currency"],
        None if mode is None else Stablecoins(mode),
        None if dust is None else Decimal(dust),
    )


def api_key_from(row: Row) -> ApiKey:
    def when(column: str) -> Any:
        return None if row[column] is None else moment(row[column])

    return ApiKey(
        id=row["id"],
        user_id=row["user_id"],
        user_key=row["data_key"],
        api_key=row["api_key"],
        name=row["name"],
        permissions=frozenset(map(Permission, row["permissions"].split())),
        created_at=moment(row["created_at"]),
        kind=KeyKind(row["kind"]),
        secret=row["secret"],
        public_key=row["public_key"],
        unsigned_body=bool(row["unsigned_body"]),
        expires_at=when("expires_at"),
        revoked_at=when("revoked_at"),
        used_at=when("used_at"),
        allow=tuple(map(network, row["allow"].split())),
    )
