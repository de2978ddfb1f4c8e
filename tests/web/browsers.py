"""A browser for tests: keeps the session's cookie, names the page it posts from, follows no redirect."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from cambist.actions.add_user import add_user, set_password
from cambist.actions.facts import User
from cambist.core.terms import Secret
from tests.worlds import Answer, World

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "another horse, another staple"
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Browser:
    """origin: of the page that posts; None to leave the header out."""

    world: World
    agent: str = "Mozilla/5.0 (of the test)"
    cookies: dict[str, str] = field(default_factory=dict)
    origin: str | None = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {"User-Agent": self.agent, **self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST" and self.origin is not None:
            sent["Origin"] = self.origin or self.world.address
        async with self.world.http.request(
            method, self.world.address + path, data=body, headers=sent, allow_redirects=False
        ) as answer:
            got = Answer(answer.status, answer.headers.copy(), await answer.read())
        for line in got.headers.getall("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        return got

    async def post(self, path: str, **fields: str) -> Answer:
        return await self.ask("POST", path, urlencode(fields).encode(), **{"Content-Type": FORM})

    async def sign_in(self, name: str = "owner", password: str = PASSWORD, **fields: str) -> Answer:
        return await self.post("/sign-in", name=name, password=password, **fields)

    async def signed_in(self, name: str = "owner", password: str = PASSWORD) -> "Browser":
        answer = await self.sign_in(name, password)
        assert answer.status == 303, answer.raw
        return self

    async def sessions(self) -> Any:
        """The sessions as listed, or the status where they are not."""
        answer = await self.ask("GET", "/sessions")
        return answer.json if answer.status == 200 else answer.status

    @property
    def token(self) -> str:
        return self.cookies["__Host-cambist"]


async def give_password(made: World, name: str = "owner", password: str = PASSWORD) -> User:
    """The person, added where there is none of this name, with a password."""
    users = made.cambist.outside.users
    known = {user.name: user for user in await users.listed()}
    user = known.get(name) or await add_user(made.cambist.outside, name, "test")
    await set_password(made.cambist.outside, user, Secret(password), "test")
    return await users.named(name)


async def told(made: World, *events: str) -> list[tuple[str, str, int | None, str]]:
    """(event, by, user, about) of the audit log's entries of these events."""
    entries = await made.audited()
    return [(each.event, each.by, each.user_id, each.about) for each in entries if each.event in events]
