"""The log as people see it: what needs attention, in whose words; what was done, page by page."""

from datetime import timedelta

import pytest

from cambist.core.audit import AuditEntry, Event
from cambist.web.pages import log
from tests.web.browsers import PASSWORD, Browser, give_password
from tests.web.reading import Page
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World

pytestmark = pytest.mark.asyncio


async def read(browser: Browser, path: str) -> Page:
    answer = await browser.ask("GET", path, Accept="text/html")
    assert answer.status == 200, answer.raw
    assert EXCHANGE_SECRET.encode() not in answer.raw
    assert browser.token.encode() not in answer.raw
    return Page(answer.raw)


def events(page: Page) -> list[str]:
    return [row[1].text for row in page.rows[1:]]


async def test_what_needs_attention_is_told_in_the_exchanges_words_until_it_is_mended(world: World) -> None:
    await give_password(world)
    account_id = await world.connected()
    browser = await Browser(world).signed_in()
    assert "Nothing: every account answered its last load whole." in (await read(browser, "/log")).text
    world.patch(keys=[])
    world.clock.step(timedelta(hours=2))
    refused = (await world.load(account_id)).json["error_description"]
    await browser.sign_in()
    page = await read(browser, "/log")
    assert f"My Binance US counted as last known, 2 h ago {refused} Replace key" in page.text
    used = f"Exchange keys used {refused}"
    assert events(page)[1] == used
    world.patch(keys=[{"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "1001"}])
    world.clock.step(timedelta(seconds=2))
    assert (await world.load(account_id)).status == 201
    page = await read(browser, "/log")
    assert "Nothing: every account answered its last load whole." in page.text
    assert events(page)[1] == used
    everything = events(await read(browser, "/log?show=all"))
    assert everything[0::2][:2] == ["Exchange keys used", used]
    assert "Exchange keys connected" in events(page)
    assert EXCHANGE_KEY not in page.text
    tried = {"api_key": "other-key", "secret": EXCHANGE_SECRET}
    answer = await browser.world.call("POST", "/accounts/update", {"account_id": account_id, **tried})
    assert answer.status == 422
    page = await read(browser, "/log")
    assert "Nothing: every account answered its last load whole." in page.text
    assert events(page)[0].startswith("Exchange keys refused")
    world.patch(keys=[{"api_key": "other-key", "secret": EXCHANGE_SECRET, "uid": "1001"}])
    world.clock.step(timedelta(seconds=2))
    assert (await world.load(account_id)).status == 422
    assert refused in (await read(browser, "/log")).text
    world.clock.step(timedelta(seconds=2))
    replaced = await world.call("POST", "/accounts/update", {"account_id": account_id, **tried})
    assert replaced.status == 201, replaced.raw
    page = await read(browser, "/log")
    assert "Nothing: every account answered its last load whole." in page.text
    assert events(page)[0] == "Exchange keys replaced"
    await world.cambist.outside.accounts.lock(
        (await world.owner()).id, account_id, "trades by itself", "test", world.clock.now()
    )
    assert "Locked: trades by itself" in (await read(browser, "/log")).text


async def test_the_log_goes_back_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await give_password(world)
    browser = await Browser(world).signed_in()
    monkeypatch.setattr(log, "MOST_ENTRIES", 2)
    path, seen = "/log?show=all", []
    while path:
        page = await read(browser, path)
        seen += [(row[0].text, row[1].text) for row in page.rows[1:]]
        path = next((link for link in page.whole.links if "before=" in link), "")
    entries = reversed(await world.audited())
    assert [what.split()[0].lower() for _, what in seen] == [
        each.event.split()[0].lower() for each in entries
    ]
    own = [at for at, _ in seen[:-1]]  # the last is of when the installation of all tests was made
    assert own == sorted(own, reverse=True)
    assert events(await read(browser, "/log?before=nonsense")) == events(await read(browser, "/log"))
    assert (await read(browser, "/log?before=1")).rows == []


async def test_the_owner_sees_everybodys_log_and_others_their_own(world: World) -> None:
    await give_password(world)
    other = await give_password(world, "someone else")
    account_id = await world.connected()
    theirs = AuditEntry(world.clock.now(), Event.PREFERENCES_CHANGED, "test <b>", other.id, about="EUR")
    await world.cambist.outside.audit.record(theirs)
    page = await read(await Browser(world).signed_in(), "/log")
    assert [cell.text for cell in page.rows[2]][1:] == [
        "Preferences changed EUR",
        "",
        "someone else",
        "test <b>",
    ]
    assert any(row[2].links == [f"/accounts/{account_id}"] for row in page.rows[1:])
    page = await read(await Browser(world).signed_in("someone else", PASSWORD), "/log")
    assert events(page) == [
        "Signed in session 2",
        "Preferences changed EUR",
        "Password changed",
        "User added someone else",
    ]
    assert "My Binance" not in page.text
