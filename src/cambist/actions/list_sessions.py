"""List where somebody is signed in."""

from cambist.actions.ports import Outside
from cambist.core.sessions import Session


async def list_sessions(outside: Outside, user_id: int) -> list[Session]:
    """The open sessions of a person, the last used first."""
    return await outside.sessions.listed(user_id, outside.clock.now())
