"""Keys of ours: list them, make one whose secret is shown once, revoke one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from cambist.actions.create_api_key import DEFAULT_PERMISSIONS, create_api_key
from cambist.actions.facts import ApiKey, Caller
from cambist.core.errors import CambistError, InvalidInput, NotFound
from cambist.core.signing import SIGNING, KeyKind
from cambist.core.terms import Permission, Secret
from cambist.core.times import typed_time
from cambist.web.doors import Handler, Visit
from cambist.web.page import id_in_path, page
from cambist.web.rendering import rendered, view_in

KEYS = "/keys"
PERMISSION = "permission."

# {whom a key is for: {its kind: (what it is called, what it means)}}; the first of each is offered first.
KINDS: Mapping[str, Mapping[KeyKind, tuple[str, str]]] = {
    "3commas": {
        KeyKind.SYSTEM: ("Secret", "Cambist makes a key and a secret (HMAC-SHA256), as most clients expect."),
        KeyKind.RSA: ("RSA", "The client keeps a private key; you paste its public half."),
    },
    "cambist": {
        KeyKind.STRICT_ED25519: (
            "Ed25519",
            "You keep a private key and paste its public half. Take this one.",
        ),
        KeyKind.STRICT: ("Secret", "Cambist makes a key and a secret (HMAC-SHA256)."),
        KeyKind.STRICT_RSA: ("RSA", "You keep a private key and paste its public half."),
    },
}
# {permission: what it lets a program do}; nothing here asks for the others yet.
USED = {
    Permission.ACCOUNTS_READ: "see accounts, balances and history",
    Permission.ACCOUNTS_WRITE: "load, connect, change and remove accounts",
}
_NAMES = {
    KeyKind.SYSTEM: "3Commas client, secret",
    KeyKind.RSA: "3Commas client, RSA",
    KeyKind.STRICT: "Cambist, secret",
    KeyKind.STRICT_ED25519: "Cambist, Ed25519",
    KeyKind.STRICT_RSA: "Cambist, RSA",
}
# What the action calls the fields of a public key; here there is one field for either.
_PUBLIC_KEYS = ("rsa_public_key", "ed25519_public_key")


@dataclass(frozen=True, slots=True)
class Row:
    """A key as the list shows it."""

    key: ApiKey
    kind: str
    networks: tuple[str, ...]
    over: bool


async def _list(visit: Visit, caller: Caller) -> Response:
    now = visit.outside.clock.now()
    rows = [_row(key, now) for key in reversed(await visit.outside.keys.listed(caller.user_id))]
    just = next((row for row in rows if str(row.key.id) == visit.query.get("revoked")), None)
    return rendered(
        visit,
        "api_keys.html",
        now=now,
        rows=[row for row in rows if row.key.revoked_at is None],
        revoked=[row for row in rows if row.key.revoked_at is not None],
        just=just if just is not None and just.key.revoked_at is not None else None,
    )


def _row(key: ApiKey, now: datetime) -> Row:
    networks = (each.network_address if each.num_addresses == 1 else each for each in key.allow)
    over = key.expires_at is not None and key.expires_at <= now
    return Row(key, _NAMES[key.kind], tuple(map(str, networks)), over)


async def _new(visit: Visit, _: Caller) -> Response:
    """First asks whom the key is for, then for the rest."""
    whom = visit.query.get("for", "")
    return _asking(visit, whom) if whom in KINDS else rendered(visit, "new_api_key.html")


async def _create(visit: Visit, caller: Caller) -> Response:
    """The only page that ever shows the secret; or the form again."""
    whom = visit.form.get("for", "")
    if whom not in KINDS:
        raise NotFound("There is no such kind of key.")
    try:
        key, secret = await _made(visit, caller, whom)
    except CambistError as failure:
        if not isinstance(failure, InvalidInput):
            raise
        return _asking(visit, whom, failure)
    return rendered(
        visit,
        "made_api_key.html",
        row=_row(key, visit.outside.clock.now()),
        secret=None if secret is None else secret.reveal(),
        strict=SIGNING[key.kind].strict,
        public_url=visit.doors.public_url,
    )


async def _made(visit: Visit, caller: Caller, whom: str) -> tuple[ApiKey, Secret | None]:
    """Raises InvalidInput for a field at fault."""
    form = visit.form
    kind = next((kind for kind in KINDS[whom] if kind == form.get("kind")), None)
    if kind is None:
        raise InvalidInput({"kind": ["must be chosen"]})
    permissions = _permissions(form)
    if not permissions:
        raise InvalidInput({"permissions": ["choose one at least"]})
    public_key = form.get("public_key", "").strip()
    if kind not in (KeyKind.SYSTEM, KeyKind.STRICT) and not public_key:
        raise InvalidInput({"public_key": ["can't be blank"]})
    expires = form.get("expires", "").strip()
    return await create_api_key(
        visit.outside,
        await visit.outside.users.get(caller.user_id),
        caller.via,
        name=form.get("name", "").strip(),
        permissions=permissions,
        strict=SIGNING[kind].strict,
        rsa_public_key=public_key if kind in (KeyKind.RSA, KeyKind.STRICT_RSA) else None,
        ed25519_public_key=public_key if kind is KeyKind.STRICT_ED25519 else None,
        unsigned_body="unsigned_body" in form,
        expires_at=typed_time("expires", expires) if expires else None,
        allow=form.get("allow", "").replace(",", " ").split(),
    )


def _permissions(form: Mapping[str, str]) -> list[Permission]:
    return [each for each in Permission if PERMISSION + each in form]


def _asking(visit: Visit, whom: str, failure: InvalidInput | None = None) -> Response:
    """The form, with what was typed but a private key that was pasted by mistake."""
    form, told = visit.form, {} if failure is None else failure.attributes
    errors = {"public_key" if name in _PUBLIC_KEYS else name: words for name, words in told.items()}
    public_key = form.get("public_key", "")
    return rendered(
        visit,
        "new_api_key.html",
        whom=whom,
        kinds=KINDS[whom],
        kind=form.get("kind") or next(iter(KINDS[whom])),
        typed=form,
        public_key="" if "PRIVATE" in public_key.upper() else public_key,
        errors=errors,
        used=USED,
        others=[each for each in Permission if each not in USED],
        permissions=_permissions(form) if form else DEFAULT_PERMISSIONS,
    )


async def _ask_to_revoke(visit: Visit, caller: Caller) -> Response:
    key = await _own(visit, caller)
    if key.revoked_at is not None:
        return _revoked(visit, key)
    return rendered(visit, "revoke_api_key.html", row=_row(key, visit.outside.clock.now()))


async def _revoke(visit: Visit, caller: Caller) -> Response:
    key = await _own(visit, caller)
    if key.revoked_at is None:
        now = visit.outside.clock.now()
        await visit.outside.keys.revoke(caller.user_id, key.api_key, caller.via, now)
    return _revoked(visit, key)


async def _own(visit: Visit, caller: Caller) -> ApiKey:
    """The key that the path names. Raises NotFound for one that is another's, as for none."""
    key_id = id_in_path(visit)
    for key in await visit.outside.keys.listed(caller.user_id):
        if key.id == key_id:
            return key
    raise NotFound("Not Found")


def _revoked(visit: Visit, key: ApiKey) -> Response:
    return RedirectResponse(view_in(visit).url(KEYS, revoked=str(key.id)), 303)


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", KEYS, page(_list)),
    ("POST", KEYS, page(_create)),
    ("GET", f"{KEYS}/new", page(_new)),
    ("GET", f"{KEYS}/{{id}}/revoke", page(_ask_to_revoke)),
    ("POST", f"{KEYS}/{{id}}/revoke", page(_revoke)),
)
