"""First run: a one-time token, told where the server is started, lets a browser name the owner."""

import hmac

from cambist.actions.add_user import checked_name, checked_password
from cambist.actions.ports import Outside
from cambist.actions.sign_in import begin_session, count_attempt, refuse
from cambist.core.errors import SignInRefused
from cambist.core.sessions import FIRST_RUN, FIRST_RUN_WITHIN, FirstRunOffer, Session, Visitor
from cambist.core.terms import Secret


async def offer_first_run(outside: Outside, by: str) -> Secret | None:
    """A new token, which voids the one before; None where the owner has a password already."""
    if (await outside.users.owner()).has_password:
        return None
    token, now = outside.new_secret(), outside.clock.now()
    offer = FirstRunOffer(outside.vault.fingerprint(token), now + FIRST_RUN_WITHIN)
    return token if await outside.first_runs.offer(offer, by, now) else None


async def finish_first_run(
    outside: Outside, token: Secret, name: str, password: Secret, visitor: Visitor
) -> tuple[Session, Secret]:
    """Names the owner, sets the password, and signs in: the session and its token.

    Raises SignInRefused for a token that is wrong, used, replaced or a day old; RateLimited after five of
    them; InvalidInput for the name or the password, which is looked at first and costs nothing.
    """
    name, password = checked_name(name), checked_password(password)
    await count_attempt(outside, FIRST_RUN)
    offer = await outside.first_runs.offered()
    given = outside.vault.fingerprint(token)
    is_right = hmac.compare_digest(given, bytes(len(given)) if offer is None else offer.token)
    if offer is None or not is_right or outside.clock.now() >= offer.until:
        refuse(outside, visitor, None, FIRST_RUN)
        raise SignInRefused("The first-run token is not right, or not any more: 'cambist init' makes one.")
    hashed = await outside.vault.hash_password(password)
    by = f"sign-in from {visitor.address}"
    owner = await outside.first_runs.finish(offer, name, hashed, by, outside.clock.now())
    return await begin_session(outside, owner, visitor, hashed)
