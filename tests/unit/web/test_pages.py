"""The pages of `feeder serve`: what people look at, and that nothing an article says can do anything there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from lxml import etree, html

from feeder.errors import TemplateError
from feeder.web.replies import POLICY
from tests.fakes.house import TOKEN, House, a_house
from tests.fakes.newsroom import an_article_text
from tests.feed_values import HOSTILE

MAISEL = "Milo Ventimiglia Joins The Marvelous Mrs. Maisel"
PAGES = (
    "/",
    "/show/gilmore-girls",
    "/person/milo-ventimiglia",
    "/search",
    "/search?q=milo",
    "/topics?kind=person",
    "/topics",
    "/watches",
    "/login",
)


def articles() -> dict[str, str]:
    found = {f"story{n}.md": an_article_text(f"Story {n:02}", date=f"2021-06-{1 + n:02}T09:00:00Z") for n in range(25)}
    found["maisel.md"] = an_article_text(
        link="https://example.org/maisel?a=1&b=2", outlet="TV Line", author="Ann Writer"
    )
    found["girls.md"] = an_article_text(
        "An interview", "Lauren Graham speaks of Gilmore Girls.", date="2020-01-05", outlet="The Wrap"
    )
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("house"), articles()) as house:
        yield house


def read(house: House, path: str, *, status: int = 200) -> etree._Element:
    reply = house.ask(path)
    assert reply.status == status, reply.text
    return html.document_fromstring(reply.text)


def titles(root: etree._Element) -> list[str]:
    return [" ".join(it.text_content().split()) for it in root.xpath("//article//*[self::h2 or self::h3]")]


# -- what is on them --------------------------------------------------------------------------------------------------


def test_the_front_page_shows_the_latest_the_busiest_and_who_is_watched(house: House) -> None:
    root = read(house, "/")
    assert titles(root)[0] == "Story 24"
    assert len(titles(root)) == 20
    assert "Gilmore Girls" in root.xpath("string(//section[h2='Shows'])")
    watched = root.xpath("string(//section[h2='Watched'])")
    assert "Lauren Graham" in watched
    assert "last named 5 Jan 2020" in watched
    older = root.xpath("string(//nav[@class='pager']/a/@href)")
    second = read(house, "/" + older.removeprefix("./"))
    assert titles(second)[-1] == "An interview"
    assert not set(titles(root)) & set(titles(second))
    assert len(titles(root)) + len(titles(second)) == 27


def test_an_empty_folder_is_told_what_to_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    with a_house(tmp_path_factory.mktemp("empty"), {}) as house:
        text = read(house, "/").xpath("string(//main)")
    assert "Put articles into the folder articles" in text
    assert "Watched" in text


def test_a_topic_page_has_articles_cast_relations_and_every_address_to_subscribe_to(house: House) -> None:
    root = read(house, "/show/the-marvelous-mrs-maisel")
    assert root.xpath("string(//h1)") == "The Marvelous Mrs. Maisel"
    assert "2017–2023, Prime Video" in root.xpath("string(//p[@class='tagline'])")
    cast = root.xpath("string(//section[h2='Cast'])")
    assert "Milo Ventimiglia" in cast
    assert "Sylvio" in cast
    assert "Tony Shalhoub" in cast
    assert "Amy Sherman-Palladino" in root.xpath("string(//section[h2='Named together with'])")
    addresses = [it.text_content() for it in root.xpath("//dl[@class='addresses']//code")]
    base = "https://feeds.example.org/feeds/show/the-marvelous-mrs-maisel"
    assert addresses == [f"{base}.atom", f"{base}.rss", f"{base}.json"]
    assert len(root.xpath("//div[@class='qr']/svg")) == 1
    bars = root.xpath("//figure[@class='chart']//rect/title/text()")
    assert "2021: 26 articles" in bars
    opml = house.ask("/show/the-marvelous-mrs-maisel.opml")
    assert opml.headers["content-type"].startswith("text/x-opml")
    assert etree.fromstring(opml.body).xpath("string(//outline/@xmlUrl)") == f"{base}.atom"


def test_a_person_page_has_credits(house: House) -> None:
    found = read(house, "/person/milo-ventimiglia").xpath("string(//section[h2='Credits'])")
    assert "Gilmore Girls" in found
    assert "2000–2007" in found
    assert "A Film" in found


def test_an_entry_page_marks_the_words_that_prove_each_tag(house: House) -> None:
    root = read(house, house.path_of(MAISEL))
    marks = root.xpath("//section[@class='tag'][h3/a='Milo Ventimiglia']//mark/text()")
    assert marks == ["Milo Ventimiglia", "Milo Ventimiglia"]
    quotes = [" ".join(it.text_content().split()) for it in root.xpath("//blockquote")]
    assert any("has joined the fourth season" in it for it in quotes)
    assert "97 % sure" in root.text_content()
    # how that came about is for the owner
    assert "fake; p=0.97" not in root.text_content()
    assert "fake; p=0.97" in house.ask(house.path_of(MAISEL), authorization=f"Bearer {TOKEN}").text
    original = root.xpath("//a[@class='button']")[0]
    assert original.get("href") == "https://example.org/maisel?a=1&b=2"
    assert "noreferrer" in original.get("rel")


def test_an_entry_page_tells_search_engines_what_it_is(house: House) -> None:
    root = read(house, house.path_of(MAISEL))
    found = json.loads(root.xpath("string(//script[@type='application/ld+json'])"))
    assert found["@type"] == "NewsArticle"
    assert found["headline"] == MAISEL
    assert found["datePublished"] == "2021-06-14T09:30:00Z"
    assert found["author"] == [{"@type": "Person", "name": "Ann Writer"}]
    assert found["publisher"]["name"] == "TV Line"
    assert {"@type": "Person", "name": "Milo Ventimiglia"} in found["about"]


@pytest.mark.parametrize("path", PAGES)
def test_feeds_are_discoverable_from_every_page(house: House, path: str) -> None:
    root = read(house, path)
    if path in ("/login",):
        return
    links = root.xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert links
    for link in links:
        assert house.ask(link.removeprefix("https://feeds.example.org")).status == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(house: House, path: str) -> None:
    base = f"http://x{path.partition('?')[0]}"
    root = html.document_fromstring(house.ask(path).text, base_url=base)
    root.make_links_absolute(base)
    found = {
        it.removeprefix("http://x").partition("#")[0]
        for it in root.xpath("//@href")
        if it.startswith("http://x") and "logout" not in it
    }
    assert len(found) > 5
    broken = {it: house.ask(it or "/").status for it in sorted(found)}
    assert {it: status for it, status in broken.items() if status not in (200, 303)} == {}


# -- search -----------------------------------------------------------------------------------------------------------


def test_search_finds_words_and_shows_the_sentence_that_has_them(house: House) -> None:
    root = read(house, "/search?q=%22speaks+of%22")
    assert titles(root) == ["An interview"]
    assert root.xpath("//article//mark/text()") == ["speaks of"]
    assert "1 article," in root.xpath("string(//main)")


def test_search_narrows_by_every_filter(house: House) -> None:
    def found(query: str) -> list[str]:
        return titles(read(house, f"/search?{query}"))

    assert found("outlet=the+wrap") == ["An interview"]
    assert found("person=Lauren+Graham") == ["An interview"]
    assert found("show=gilmore-girls&until=2020-12-31") == ["An interview"]
    assert found("since=2021-06-25") == ["Story 24"]
    assert found("since=2021-06-25&until=2021-06-24") == []
    assert found("kind=watch") == ["An interview"]
    assert found("q=interview+-story&kind=show") == ["An interview"]


def test_search_says_what_it_does_not_understand(house: House) -> None:
    assert "expected a day like 2026-03-01" in read(house, "/search?since=soon", status=400).text_content()
    assert "expected one of" in read(house, "/search?event=party", status=400).text_content()
    assert "There is no show of that name" in read(house, "/search?show=nothing+at+all").text_content()
    assert "Nothing found" in read(house, "/search?q=xyzzy").text_content()


def test_search_offers_the_feeds_of_that_name(house: House) -> None:
    root = read(house, "/search?q=gilmore")
    assert root.xpath("string(//section[h2='Feeds']//a)") == "Gilmore Girls"


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/show/nothing", 404),
        ("/entry/nothing", 404),
        ("/entry/%00", 404),
        ("/show/%F0%9F%98%80", 404),
        ("/?before=x", 400),
        ("/?before=99999999999999999999999", 400),
        ("/?before=9223372036854775807", 200),
        ("/topics?kind=nothing", 400),
        ("/static/page-000000000000.css", 200),
        ("/deliveries", 303),
        ("/health", 303),
        ("/proposed", 303),
        ("/nothing", 404),
    ],
)
def test_an_address_that_leads_nowhere_says_so(house: House, path: str, status: int) -> None:
    assert house.ask(path).status == status


def test_a_withdrawn_article_is_gone_and_comes_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    with a_house(tmp_path_factory.mktemp("gone"), {"a.md": an_article_text()}) as house:
        path = house.path_of(MAISEL)
        file = house.room.source / "a.md"
        text = file.read_text()
        file.unlink()
        house.running.refresh()
        assert house.ask(path).status == 410
        assert house.ask(f"/api/entries/{path.rpartition('/')[2]}").status == 410
        file.write_text(text)
        house.running.refresh()
        assert house.ask(path).status == 200


# -- safety -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/nothing-here/x", "/show/nothing", "/api/entries", "/api/nothing"])
def test_every_answer_carries_the_headers_that_protect_its_reader(house: House, path: str) -> None:
    headers = house.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    if path in PAGES:
        assert headers["content-security-policy"] == POLICY
        assert "unsafe" not in POLICY
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_no_script_and_has_nothing_inline(house: House, path: str) -> None:
    root = read(house, path)
    assert root.xpath("//script[not(@type='application/ld+json')] | //style | //@style | //iframe | //object") == []
    assert [it for it in root.xpath("//@*") if it.attrname.startswith("on")] == []
    assert root.xpath("//img | //link[@rel='preload']") == []


def test_hostile_texts_are_inert_on_every_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    found = {
        f"{n}.txt": f"Milo Ventimiglia {' '.join(text.split())}\n\nMilo Ventimiglia says {text} in Gilmore Girls.\n"
        for n, text in enumerate(plain)
    }
    found["link.md"] = an_article_text("Bad link", link="javascript:alert(1)", outlet="<img src=x onerror=alert(1)>")
    with a_house(tmp_path_factory.mktemp("hostile"), found) as house:
        paths = ["/", "/person/milo-ventimiglia", "/search?q=says", "/search?q=%3Cscript%3E&show=%22%3E%3Cscript%3E"]
        paths += [house.path_of(it.entry.title) for it in house.room.entries()]
        for path in paths:
            reply = house.ask(path)
            assert reply.status == 200
            root = html.document_fromstring(reply.text)
            assert root.xpath("//script[not(@type='application/ld+json')] | //img | //iframe") == []
            assert [it for it in root.xpath("//@href") if re.match(r"\s*(javascript|data|vbscript):", it)] == []
            assert [it for it in root.xpath("//@*") if it.attrname.startswith("on")] == []
            for block in root.xpath("//script[@type='application/ld+json']"):
                assert "<" not in block.text
                json.loads(block.text)
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", reply.text)
            for bad in ("<script>alert", "<b>&nbsp;", "</title></entry>"):
                assert bad not in reply.text


def test_a_page_is_not_sent_again_to_those_who_have_it(house: House) -> None:
    first = house.ask("/person/milo-ventimiglia", accept_encoding="gzip")
    assert first.headers["content-encoding"] == "gzip"
    again = house.ask("/person/milo-ventimiglia", accept_encoding="gzip", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    plain = house.ask("/person/milo-ventimiglia")
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != first.headers["etag"]
    head = house.ask("/person/milo-ventimiglia", method="HEAD")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", plain.headers["etag"])


def test_the_style_sheet_is_kept_for_good_under_the_name_that_pages_give_it(house: House) -> None:
    name = read(house, "/").xpath("string(//link[@rel='stylesheet']/@href)")
    style = house.ask(f"/{name}")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    assert "immutable" not in house.ask("/static/page-000000000000.css").headers["cache-control"]


def test_published_files_are_served_as_before(house: House) -> None:
    feed = house.ask("/feeds/all.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "max-age" in feed.headers["cache-control"]
    assert house.ask("/index.html").status == 200


def test_a_broken_template_of_the_owners_is_told_and_feeds_go_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("broken")
    with a_house(folder, {"a.md": an_article_text()}) as house:
        own = folder / "own" / "pages"
        own.mkdir(parents=True)
        (own / "layout.html.j2").write_text("{{ nothing_of_that_name }}")
        path = house.room.settings.path
        path.write_text(path.read_text() + '\n[templates]\nfolder = "own"\n')
        house.running.reload()
        reply = house.ask("/")
        assert (reply.status, reply.text) == (500, "That went wrong; the log says more.\n")
        assert house.ask("/feeds/all.atom").status == 200
        with pytest.raises(TemplateError, match=r"layout\.html\.j2:1.*nothing_of_that_name"):
            house.running.app.renderer.check()


def test_who_looks_with_a_browser_where_nothing_is_finds_the_way_back(house: House) -> None:
    for path in ("/nothing", "/feeds/show/nothing.atom", "/private/wrong/feeds/all.atom"):
        page = house.ask(path, accept="text/html,application/xhtml+xml")
        assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Nothing is published under this address." in page.text
        assert f'<a href="{"../" * (path.count("/") - 1) or "./"}">' in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        program = house.ask(path, accept="application/atom+xml")
        assert (program.status, program.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    head = house.ask("/nothing", method="HEAD", accept="text/html")
    assert (head.status, head.body) == (404, b"")
    feed = house.ask("/feeds/all.atom", accept="text/html")
    assert feed.status == 200
