"""What people do with the pages, in a real browser: subscribe, search, watch, correct; on a phone, in the dark, without
a mouse, without script. axe-core finds no serious hindrance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.fakes.house import PASSWORD, House, a_house
from tests.fakes.newsroom import an_article_text
from tests.feed_values import HOSTILE
from tests.unit.web.browser import CHROMIUM, chromium, opened

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")

MAISEL = "Milo Ventimiglia Joins The Marvelous Mrs. Maisel"
HINDRANCES = ("serious", "critical")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = {f"{n}.md": an_article_text(f"Story {n:02}", date=f"2021-06-{1 + n:02}") for n in range(22)}
    found["maisel.md"] = an_article_text(link="https://example.org/maisel", outlet="TV Line")
    with a_house(tmp_path_factory.mktemp("browser"), found) as house:
        house.room.write(
            "new.md", an_article_text("Lauren Graham is back", "Lauren Graham is back.", date="2021-07-01")
        )
        house.running.refresh()
        yield house


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def log_in(page: Page, house: House) -> None:
    page.goto(f"{house.address}/login")
    page.get_by_label("Password or token").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


def test_a_subscriber_finds_a_show_and_its_addresses(browser: Browser, house: House) -> None:
    with opened(browser, script=False) as page:
        page.goto(house.address)
        page.get_by_role("link", name="Shows", exact=True).click()
        page.get_by_role("link", name="Gilmore Girls").click()
        box = page.get_by_role("complementary", name="Subscribe")
        address = box.get_by_role("textbox", name="Atom address")
        assert address.inner_text() == "https://feeds.example.org/feeds/show/gilmore-girls.atom"
        assert box.get_by_role("img", name="QR code of the Atom address").bounding_box()["width"] > 100  # type: ignore[index]
        with page.expect_download() as download:
            box.get_by_role("link", name="OPML").click()
        assert "gilmore-girls.atom" in Path(download.value.path()).read_text()


def test_a_visitor_searches_and_narrows_the_search(browser: Browser, house: House) -> None:
    with opened(browser, script=False) as page:
        page.goto(house.address)
        page.get_by_label("Search all articles").fill("fourth season")
        page.get_by_role("search").first.get_by_role("button").click()
        assert page.get_by_role("status").inner_text().startswith("23 articles")
        page.get_by_role("link", name="Older articles").click()
        assert page.locator("article").count() == 3
        page.get_by_text("Narrow it down").click()
        page.get_by_label("From", exact=True).fill("2021-06-14")
        page.get_by_label("To", exact=True).fill("2021-06-14")
        page.get_by_label("Outlet", exact=True).fill("tv line")
        page.get_by_role("search", name="All articles").get_by_role("button").click()
        assert page.locator("article h3").all_inner_texts() == [MAISEL]
        assert page.locator("article mark").first.inner_text() == "fourth"


def test_the_owner_adds_a_watch_and_removes_it(browser: Browser, house: House) -> None:
    with opened(browser, script=False) as page:
        log_in(page, house)
        page.get_by_role("link", name="Watched", exact=True).click()
        page.get_by_role("link", name="Watch something").click()
        page.get_by_label("Name", exact=True).fill("Amy Sherman-Palladino")
        page.get_by_label("Also written").fill("Amy Sherman\nA. Palladino, jr.")
        page.get_by_label("How old an article may be").fill("old")
        page.get_by_role("button", name="Watch", exact=True).click()
        page.get_by_role("alert").get_by_role("link", name="How old an article may be").click()
        age = page.get_by_label("How old an article may be")
        assert page.url.endswith("#max_age")
        assert "Expected a duration" in page.locator("#wrong-max_age").inner_text()
        assert (age.get_attribute("aria-invalid"), age.input_value()) == ("true", "old")
        assert page.get_by_label("Also written").input_value() == "Amy Sherman\nA. Palladino, jr."
        age.fill("7d")
        page.get_by_label("Every week").check()
        page.get_by_label("On", exact=True).select_option("Friday")
        page.get_by_role("button", name="Show what it would have sent").click()
        assert "0 alerts in 90 days" in page.get_by_role("status").inner_text()
        assert 'name = "Amy Sherman-Palladino"' not in house.room.settings.path.read_text()
        page.get_by_role("button", name="Watch", exact=True).click()
        assert page.get_by_role("status").inner_text() == "Watched from the next build on."
        written = house.room.settings.path.read_text()
        assert 'aliases = ["Amy Sherman", "A. Palladino, jr."]' in written
        assert 'when = "weekly on friday at 08:00 UTC"' in written
        page.get_by_role("link", name="Change Amy Sherman-Palladino").click()
        page.get_by_label("As the subject").check()
        page.get_by_role("button", name="Save").click()
        assert page.get_by_role("status").inner_text() == "Changed. It counts from the next build on."
        assert house.room.settings.path.read_text().replace("main = true\n", "") == written
        page.get_by_role("link", name="Change Amy Sherman-Palladino").click()
        page.get_by_role("button", name="Remove Amy Sherman-Palladino").click()
        assert page.get_by_role("status").inner_text() == "Not watched any more."
        page.get_by_role("button", name="Log out").click()
        page.goto(f"{house.address}/watches")
        assert page.get_by_role("link", name="Change").count() == 0


def test_only_fields_that_mean_something_for_what_is_watched_are_in_the_way(browser: Browser, house: House) -> None:
    with opened(browser, script=False) as page:
        log_in(page, house)
        page.goto(f"{house.address}/watches/new")
        shown = {
            "A person": (False, True, True),
            "A search": (True, False, False),
            "News of a kind": (False, False, True),
            "A show": (False, True, True),
        }
        for kind, expected in shown.items():
            page.get_by_role("radio", name=kind).check()
            fields = (page.locator("#query"), page.locator("#aliases"), page.get_by_label("casting"))
            assert tuple(it.is_visible() for it in fields) == expected, kind
        # what is wrong is seen, whatever the kind
        page.get_by_label("Name", exact=True).fill("X")
        page.get_by_label("Also written").fill("Y")
        page.get_by_role("radio", name="News of a kind").check()
        page.get_by_label("casting").check()
        page.get_by_role("button", name="Watch", exact=True).click()
        assert page.get_by_label("Also written").is_visible()
        assert "Has no meaning" in page.locator("#wrong-aliases").inner_text()


def test_the_owner_corrects_a_tag(browser: Browser, house: House) -> None:
    with opened(browser) as page:
        log_in(page, house)
        page.goto(f"{house.address}{house.path_of(MAISEL)}")
        page.get_by_role("form", name="Correct Gilmore Girls").get_by_role("button", name="Not in this").click()
        assert page.get_by_role("status").inner_text().startswith("Noted.")
        assert "gilmore-girls" in house.room.settings.corrections_file.read_text()


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_nothing_hinders_anybody_and_nothing_runs_off_the_screen(
    browser: Browser, house: House, phone: bool, dark: bool
) -> None:
    axe = Axe()
    with opened(browser, phone=phone, dark=dark) as page:
        log_in(page, house)
        paths = ["/", "/person/milo-ventimiglia", "/search?q=season", "/topics?kind=person", "/watches", "/deliveries"]
        paths += ["/watches/new", "/watches/change?name=Lauren%20Graham", "/proposed"]
        for path in (*paths, "/health", "/entry/nothing", house.path_of(MAISEL)):
            page.goto(f"{house.address}{path}")
            found = [it for it in axe.run(page).response["violations"] if it["impact"] in HINDRANCES]
            assert [(it["id"], [node["html"] for node in it["nodes"]][:3]) for it in found] == [], path
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= page.viewport_size["width"], path  # type: ignore[index]
            background = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (background == "rgb(22, 24, 27)") is dark


def test_a_phone_shows_the_search_and_the_feeds_without_zooming(browser: Browser, house: House) -> None:
    with opened(browser, phone=True) as page:
        page.goto(f"{house.address}/show/gilmore-girls")
        for target in ("header input[type=search]", "header button", ".pager a", ".subscribe code"):
            for box in (it.bounding_box() for it in page.locator(target).all()):
                assert box is not None
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= 390
        for button in page.locator("button").all():
            assert (button.bounding_box() or {"height": 0})["height"] >= 24  # WCAG 2.2, 2.5.8


def test_everything_is_reached_with_the_keyboard(browser: Browser, house: House) -> None:
    with opened(browser) as page:
        page.goto(house.address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        seen = set()
        for _ in range(12):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        assert {"q", "Search", "Latest", "Shows", "People"} <= seen


def test_hostile_texts_do_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    found = {
        f"{n}.txt": f"Milo Ventimiglia {' '.join(text.split())}\n\nMilo Ventimiglia says {text} in Gilmore Girls.\n"
        for n, text in enumerate(text.encode("utf-8", "replace").decode() for text in HOSTILE)
    }
    with a_house(tmp_path, found) as house, opened(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in ("/", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/show/gilmore-girls"):
            page.goto(f"{house.address}{path}")
        for stored in house.room.entries():
            page.goto(f"{house.address}{house.path_of(stored.entry.title)}")
        assert asked
        assert all(url.startswith(house.address) for url in asked)
