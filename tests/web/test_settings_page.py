"""Settings on a page: what is in force, each form and its errors, what is shown once, what is another's."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from cambist.actions.deliver_events import deliver
from cambist.core.currencies import NOTHING_CHOSEN
from tests.web.browsers import NEW_PASSWORD, PASSWORD, Browser, give_password, told
from tests.worker.receivers import receiver
from tests.worlds import Answer, World, world

pytestmark = pytest.mark.asyncio
PAGE = {"Accept": "text/html"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def browser_of(made: World, name: str = "owner") -> Browser:
    await give_password(made, name)
    return await Browser(made, agent=FIREFOX, headers=PAGE).signed_in(name)


async def done(browser: Browser, do: str, **fields: str) -> str:
    """The page after a form that was taken."""
    answer = await browser.post("/settings", do=do, **fields)
    assert answer.status == 303, answer.raw.decode()
    page = await browser.ask("GET", answer.headers["Location"].partition("#")[0])
    assert page.status == 200
    return page.raw.decode()


def section(page: str | Answer, name: str) -> str:
    """The words of one section, spaces between."""
    text = page if isinstance(page, str) else page.raw.decode()
    found = re.search(rf'<section class="card" id="{name}".*?</section>', text, re.DOTALL)
    assert found is not None
    words = " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split())
    return re.sub(r" ([,.:;])", r"\1", words)


async def test_who_is_not_signed_in_is_led_to_sign_in_and_nothing_is_done(world: World) -> None:
    stranger = Browser(world, headers=PAGE)
    for answer in (await stranger.ask("GET", "/settings"), await stranger.post("/settings", do="add-person")):
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2Fsettings")
    browser = await browser_of(world)
    assert (await browser.post("/settings", do="nothing")).status == 404
    browser.origin = "https://evil.example"
    assert (await browser.post("/settings", do="choose-figures", display_currency="EUR")).status == 403


async def test_the_form_of_figures_is_chosen_and_chosen_back(world: World) -> None:
    browser = await browser_of(world)
    page = await done(browser, "choose-figures", display_currency="EUR", stablecoins="par", dust_usd="1,000")
    assert "Saved. Each account's next load" in section(page, "figures")
    assert '<option value="EUR" selected>' in page
    assert '<option value="par" selected>' in page
    told_by_api = (await world.call("GET", "/cambist/v1/preferences")).json
    kept = [told_by_api[name] for name in ("display_currency", "chosen_stablecoins", "chosen_dust_usd")]
    assert kept == ["EUR", "par", "1000.0"]
    refused = await browser.post("/settings", do="choose-figures", display_currency="DOGE", stablecoins="par")
    assert refused.status == 400
    assert "does not have a valid value" in section(refused, "figures")
    for dust in ("much", "-1", "1000001"):
        fields = {"display_currency": "USD", "stablecoins": "par", "dust_usd": dust}
        refused = await browser.post("/settings", do="choose-figures", **fields)
        assert (refused.status, f'value="{dust}" ' in refused.raw.decode()) == (400, True)
    await done(browser, "choose-figures", display_currency="default", stablecoins="default")
    assert (await world.owner()).chosen == NOTHING_CHOSEN


async def test_what_the_server_is_set_to_is_shown_with_the_names_to_change_it(tmp_path: Path) -> None:
    async with world(tmp_path, refresh_every_s=0, keep_answers_s=86_400) as made:
        shown = section(await (await browser_of(made)).ask("GET", "/settings"), "loading")
        assert "only when somebody asks" in shown
        assert "kept for 1 day" in shown
        assert "CAMBIST_REFRESH_EVERY_S" in shown


async def test_a_webhook_is_added_tested_given_another_secret_and_removed(tmp_path: Path) -> None:
    async with receiver() as hook, world(tmp_path, webhook_urls=[hook.url]) as made:
        browser = await browser_of(made)
        added = await browser.post(
            "/settings", **{"do": "add-webhook", "url": hook.url, "kind.account.key_invalid": "on"}
        )
        assert added.status == 200
        secrets = re.findall(r"whsec_[A-Za-z0-9+/=]+", added.raw.decode())
        page = await browser.ask("GET", "/settings")
        assert "whsec_" not in page.raw.decode()
        assert "an exchange came to refuse its keys no failures" in section(page, "webhooks")
        hook.answers[:] = [500, 204]
        for sentence in (
            f"was not delivered: {hook.url} answered 500.",
            f"was delivered: {hook.url} answered 204.",
        ):
            shown = section(await browser.post("/settings", do="test-webhook", id="1"), "webhooks")
            assert f"A test event {sentence}" in shown
        rotated = await browser.post("/settings", do="rotate-webhook", id="1")
        secrets += re.findall(r"whsec_[A-Za-z0-9+/=]+", rotated.raw.decode())
        assert len(set(secrets)) == len(secrets) == 2
        await browser.post("/settings", do="test-webhook", id="1")
        assert all(hook.received[-1].is_signed_with(secret) for secret in secrets)
        other = await browser_of(made, "Ada")
        for do in ("test-webhook", "rotate-webhook", "remove-webhook"):
            answers = [await other.post("/settings", do=do, id=which) for which in ("1", "7", "x", "9" * 40)]
            assert {each.status for each in answers} == {404}
        assert hook.url not in (await other.ask("GET", "/settings")).raw.decode()
        assert "nothing more is sent there" in section(
            await done(browser, "remove-webhook", id="1"), "webhooks"
        )
        assert await made.cambist.outside.webhooks.listed((await made.owner()).id) == []


async def test_an_address_that_may_not_be_sent_to_stays_typed_with_its_error(world: World) -> None:
    browser = await browser_of(world)
    fields = {"do": "add-webhook", "url": "http://10.0.0.7/<x>", "kind.account.partial": "on"}
    answer = await browser.post("/settings", **fields)
    page = answer.raw.decode()
    assert answer.status == 400
    assert 'value="http://10.0.0.7/&lt;x&gt;"' in page
    assert 'name="kind.account.partial" checked' in page
    assert 'aria-describedby="url-error"' in page
    assert await world.cambist.outside.webhooks.listed((await world.owner()).id) == []


async def test_a_webhook_that_fails_says_since_when_and_one_given_up_says_why(tmp_path: Path) -> None:
    async with receiver() as hook, world(tmp_path, webhook_urls=[hook.url]) as made:
        browser, outside = await browser_of(made), made.cambist.outside
        await browser.post("/settings", do="add-webhook", url=hook.url)
        await made.connected()
        hook.answers[:] = [500, 410]
        for status in (
            r"all events no delivery has succeeded since 2023-06-19 16:51 UTC; [12] waiting",
            "all events given up just now: Its receiver answered 410: it wants no more.",
        ):
            assert (await made.load(1)).status == 201
            made.clock.step(timedelta(seconds=2))
            for delivery in await outside.webhooks.claim(made.clock.now(), lambda *_: 1):
                await deliver(outside, delivery, 0.9)
            assert re.search(status, section(await browser.ask("GET", "/settings"), "webhooks"))


async def test_thresholds_are_added_as_typed_and_removed(world: World) -> None:
    account_id = await world.connected(name="Mine & yours")
    browser = await browser_of(world)
    fields = {"measure": "usd", "side": "below", "account_id": str(account_id)}
    page = await done(browser, "add-threshold", value="12,500.50", **fields)
    assert "worth in USD of Mine & yours below $12,500.50" in section(page, "thresholds")
    page = await done(
        browser, "add-threshold", measure="day_profit_percent", side="above", value="-2.5", account_id=""
    )
    assert "24 h profit in % of each account above −2.50 %" in section(page, "thresholds").replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )
    listed = (await world.call("GET", "/cambist/v1/thresholds")).json
    assert [(each["account_id"], each["value"]) for each in listed] == [
        (account_id, "12500.5"),
        (None, "-2.5"),
    ]
    for value, measure, error in (
        ("1e3", "usd", "must be a number such as"),
        ("", "usd", "can't be blank"),
        ("1", "hope", "must be chosen"),
    ):
        wrong = await browser.post(
            "/settings", do="add-threshold", measure=measure, side="above", value=value
        )
        assert (wrong.status, error in section(wrong, "thresholds")) == (400, True)
    other = await browser_of(world, "Ada")
    theirs = await other.post("/settings", do="add-threshold", value="1", **fields)
    assert theirs.status == 404
    assert (await other.post("/settings", do="remove-threshold", id="1")).status == 404
    await done(browser, "remove-threshold", id="1")
    assert len((await world.call("GET", "/cambist/v1/thresholds")).json) == 1


async def test_the_theme_is_a_cookie_that_the_system_s_own_does_without(world: World) -> None:
    browser = await browser_of(world)
    for theme, root in (("dark", 'lang="en" data-theme="dark"'), ("system", 'lang="en">')):
        answer = await browser.post("/theme", theme=theme, next="/settings#colours")
        assert (answer.status, answer.headers["Location"]) == (303, "/settings#colours")
        page = (await browser.ask("GET", "/settings")).raw.decode()
        assert root in page
        assert f'value="{theme}" aria-pressed="true"' in page
    assert "theme" not in browser.cookies
    assert (await browser.post("/theme", theme="pink")).status == 404


async def test_a_password_is_changed_by_the_one_before_and_ends_other_sessions(world: World) -> None:
    browser, elsewhere = await browser_of(world), await Browser(world).signed_in()
    for old, new, error in (
        ("wrong horse", NEW_PASSWORD, "is not right"),
        (PASSWORD, "short", "must have 10 to"),
        ("", NEW_PASSWORD, "can't be blank"),
    ):
        wrong = await browser.post("/settings", do="change-password", old_password=old, new_password=new)
        assert (wrong.status, error in section(wrong, "password")) == (400, True)
        assert not any(text and text.encode() in wrong.raw for text in (old, new))
    page = await done(browser, "change-password", old_password=PASSWORD, new_password=NEW_PASSWORD)
    assert "all other sessions are ended" in section(page, "password")
    assert await elsewhere.sessions() == 401
    assert (await Browser(world).sign_in(password=PASSWORD)).status == 401
    assert (await Browser(world).sign_in(password=NEW_PASSWORD)).status == 303
    refusals = await told(world, "sign-in refused")
    assert [by for _, by, _, why in refusals if why == "wrong password"] == [
        "session 1",
        "sign-in from 127.0.0.1",
    ]


async def test_guesses_of_the_password_are_held_back_like_sign_ins(world: World) -> None:
    browser = await browser_of(world)
    for _ in range(5):
        fields = {"old_password": "wrong horse", "new_password": NEW_PASSWORD}
        assert (await browser.post("/settings", do="change-password", **fields)).status == 400
    fields["old_password"] = PASSWORD
    held = await browser.post("/settings", do="change-password", **fields)
    assert (held.status, held.headers["Retry-After"]) == (429, "60")
    assert "Too many sign-ins failed" in section(held, "password")
    world.clock.step(timedelta(minutes=1))
    await done(browser, "change-password", **fields)


async def test_sessions_are_told_apart_and_one_is_ended(world: World) -> None:
    browser, elsewhere = await browser_of(world), await Browser(world, agent="curl/8.5").signed_in()
    shown = section(await browser.ask("GET", "/settings"), "sessions")
    assert "Firefox on Linux from 127.0.0.1, begun just now, last used just now this one" in shown
    assert "curl/8.5 from 127.0.0.1" in shown
    ada = await browser_of(world, "Ada")
    assert (await ada.post("/settings", do="end-session", id="2")).status == 404
    assert "The session is ended." in section(await done(browser, "end-session", id="2"), "sessions")
    assert await elsewhere.sessions() == 401


async def test_the_owner_alone_sees_and_adds_people(world: World) -> None:
    browser = await browser_of(world)
    ada = {"name": "Ada", "password": PASSWORD}
    page = await done(browser, "add-person", **ada)
    assert "Ada since 2023-06-19" in section(page, "people")
    hers = await Browser(world, headers=PAGE).signed_in("Ada")
    assert 'id="people"' not in (await hers.ask("GET", "/settings")).raw.decode()
    assert (await hers.post("/settings", do="add-person", name="Eve", password=PASSWORD)).status == 403
    for fields, error in (
        (ada, "has already been taken"),
        ({"name": "Eve", "password": "short"}, "must have 10 to"),
        ({"name": " ", "password": PASSWORD}, "does not have a valid value"),
    ):
        wrong = await browser.post("/settings", do="add-person", **fields)
        assert (wrong.status, error in section(wrong, "people")) == (400, True)
        assert fields["password"].encode() not in wrong.raw.replace(b"password", b"")
    assert [each.name for each in await world.cambist.outside.users.listed()] == ["owner", "Ada"]
