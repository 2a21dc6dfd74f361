"""An article as a person would read it, out of every format and whatever surrounds it."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeder.errors import NotAnArticle
from feeder.extraction import READERS, media_type, read
from feeder.model import Article, DateSource, RawDocument
from feeder.text import clean

MODIFIED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
FIRST = "Harbor Lights will be back for a fourth season, its makers said on Monday."
SECOND = "Filming starts in spring. Ann Roe, who plays the keeper’s daughter, is leaving the series."


def article(content: str | bytes, *, key: str = "a.txt", zone: str = "UTC", now: datetime | None = None) -> Article:
    kind = media_type(key)
    assert kind is not None
    data = content if isinstance(content, bytes) else content.encode()
    return read(RawDocument(key=key, media_type=kind, content=data, modified=MODIFIED), zone=ZoneInfo(zone), now=now)


def page(head: str = "", body: str = f"<p>{FIRST}</p><p>{SECOND}</p>") -> str:
    return f"<!DOCTYPE html><html><head><title>A page</title>{head}</head><body><article>{body}</article></body></html>"


def test_a_first_line_that_reads_like_a_headline_is_one() -> None:
    a = article(f"Harbor Lights Renewed\n\n{FIRST}\n\n{SECOND}")
    assert a.title == "Harbor Lights Renewed"
    assert a.text == f"Harbor Lights Renewed\n\n{FIRST}\n\n{SECOND}"
    assert a.body == f"{FIRST}\n\n{SECOND}"


def test_a_first_line_that_is_a_sentence_is_not_a_headline() -> None:
    a = article(f"{FIRST}\n\n{SECOND}")
    assert a.body_start == 0
    assert a.title == FIRST.rstrip(".")
    assert a.text == f"{FIRST}\n\n{SECOND}"


def test_wrapped_text_without_a_headline_keeps_its_first_line() -> None:
    a = article("Harbor Lights will be back for a fourth season, its makers said on\nMonday. Filming starts in spring.")
    assert a.body_start == 0
    assert "\n" not in a.text


def test_a_made_headline_is_cut_at_a_word() -> None:
    a = article("Nobody had expected " + "another long and winding word " * 10 + "to end.")
    assert len(a.title) <= 110
    assert a.title.endswith("…")
    assert a.text.startswith(a.title[:-1])


def test_lines_of_credits_are_taken_for_what_they_say() -> None:
    a = article(f"Harbor Lights Renewed\nBy Jane Doe and John Roe\nPublished: June 30, 2021 9:00 a.m. ET\n\n{FIRST}")
    assert a.title == "Harbor Lights Renewed"
    assert a.byline == ("Jane Doe", "John Roe")
    assert a.published == datetime(2021, 6, 30, 14, tzinfo=UTC)
    assert a.body == FIRST


@pytest.mark.parametrize(
    ("key", "content", "expected", "source"),
    [
        (
            "2020-01-02-x.md",
            f"---\ndate: 2021-06-30\n---\nMay 1, 2019\n\n{FIRST}",
            (2021, 6, 30),
            DateSource.FRONT_MATTER,
        ),
        ("2020-01-02-x.md", f"---\ndate: 2021-13-45\n---\nMay 1, 2019\n\n{FIRST}", (2019, 5, 1), DateSource.DATELINE),
        ("2020-01-02-x.txt", f"LOS ANGELES, June 30, 2021 — {FIRST}", (2021, 6, 30), DateSource.DATELINE),
        ("2020-01-02-x.txt", FIRST, (2020, 1, 2), DateSource.FILE_NAME),
        ("x/20210630.txt", FIRST, (2021, 6, 30), DateSource.FILE_NAME),
        ("20219930.txt", FIRST, (2024, 5, 6), DateSource.FILE_TIME),
    ],
)
def test_the_most_trustworthy_date_wins(
    key: str, content: str, expected: tuple[int, int, int], source: DateSource
) -> None:
    a = article(content, key=key)
    assert ((a.published.year, a.published.month, a.published.day), a.published_from) == (expected, source)


def test_a_date_in_the_future_is_passed_over() -> None:
    a = article(f"---\ndate: 2031-01-01\n---\n{FIRST}", key="2021-06-30-x.md", now=datetime(2024, 1, 1, tzinfo=UTC))
    assert a.published_from is DateSource.FILE_NAME


def test_a_date_without_a_zone_is_in_the_owners() -> None:
    a = article(f"---\ndate: 2021-06-30 20:00\n---\n{FIRST}", key="a.md", zone="America/New_York")
    assert a.published == datetime(2021, 7, 1, 0, 0, tzinfo=UTC)


def test_front_matter_is_the_owners_word() -> None:
    a = article(
        '---\ntitle: "Lost: The Return"\nauthor: [Jane Doe]\nurl: https://example.org/a\ntags: tv, island\n'
        f"shows: [24, 1883]\npeople: []\nid: my-1\nlanguage: en_gb\noutlet: TVLine\n---\n"
        f"# Lost: The Return\n\n*{FIRST}*",
        key="a.md",
    )
    assert (a.title, a.byline, a.link, a.language, a.outlet) == (
        "Lost: The Return", ("Jane Doe",), "https://example.org/a", "en-GB", "TVLine",
    )  # fmt: skip
    assert (a.owner.shows, a.owner.people, a.owner.tags, a.owner.id) == (("24", "1883"), (), ("tv", "island"), "my-1")
    assert a.body == FIRST


def test_toml_front_matter_says_the_same() -> None:
    a = article(f'+++\ntitle = "Lost"\ndate = 2021-06-30T10:00:00Z\nshows = ["Lost"]\n+++\n{FIRST}', key="a.markdown")
    assert (a.title, a.published.hour, a.owner.shows, a.owner.people) == ("Lost", 10, ("Lost",), None)


def test_broken_front_matter_is_named_with_its_line() -> None:
    with pytest.raises(NotAnArticle, match=r"line 3.*quotes"):
        article(f"---\ndate: 2021-06-30\ntitle: Lost: The Return\n---\n{FIRST}", key="a.md")
    with pytest.raises(NotAnArticle, match=r"line 3: aliases"):
        article(f"---\na: &a [x]\nb: [*a]\n---\n{FIRST}", key="a.md")


def test_markdown_reads_as_plain_paragraphs() -> None:
    a = article(
        "# Harbor Lights\n\nSee *the* [trailer](https://x.org) ![pic](a.png)now.\n\n- one\n- two\n\n"
        "<script>x</script>\n",
        key="a.md",
    )
    assert a.text == "Harbor Lights\n\nSee the trailer now.\n\none\n\ntwo"


JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "Nope"},
{"@type": ["NewsArticle"], "headline": "Harbor Lights &amp; More", "datePublished": "2021-06-30T12:00:00-04:00",
"dateModified": "2021-07-01T12:00:00-04:00", "author": [{"@id": "#jane"}, {"name": "John Roe"}],
"publisher": {"name": "TVLine"}, "image": {"url": "https://x.org/a.jpg"}},
{"@type": "Person", "@id": "#jane", "name": "Jane Doe"}]}
</script><link rel="canonical" href="https://x.org/harbor"><meta property="og:title" content="Another | TVLine">"""


def test_a_page_is_described_by_its_metadata() -> None:
    a = article(page(JSON_LD), key="a.html")
    assert (a.title, a.byline, a.outlet, a.link, a.image) == (
        "Harbor Lights & More", ("Jane Doe", "John Roe"), "TVLine", "https://x.org/harbor", "https://x.org/a.jpg",
    )  # fmt: skip
    assert (a.published, a.published_from) == (datetime(2021, 6, 30, 16, tzinfo=UTC), DateSource.METADATA)
    assert a.updated == datetime(2021, 7, 1, 16, tzinfo=UTC)


def test_opengraph_serves_where_there_is_no_json_ld() -> None:
    head = (
        '<meta property="og:title" content="Harbor Lights - TVLine"><meta property="og:site_name" content="TVLine">'
        '<meta property="article:published_time" content="2021-06-30"><meta name="author" content="By Jane Doe">'
    )
    a = article(page(head), key="a.htm")
    assert (a.title, a.outlet, a.byline, a.published.day) == ("Harbor Lights", "TVLine", ("Jane Doe",), 30)


def test_menus_related_stories_newsletters_and_cookie_notices_are_not_the_article() -> None:
    long = " ".join([FIRST, SECOND] * 4)
    furniture = (
        "<p>RELATED: Nine Perfect Strangers Ends</p><p>Popular on Variety</p><p>Sign up for our newsletter today</p>"
        "<p>We use cookies to improve this site.</p><div class='related-stories'><p>Lost Returns</p></div>"
    )
    whole = f"<nav><a>Home</a><a>Shows</a></nav>{page(body=f'<h1>Harbor</h1><p>{long}</p>{furniture}<p>{SECOND}</p>')}"
    a = article(whole + "<footer>Terms and privacy</footer>", key="a.html")
    assert a.body == f"{long}\n\n{SECOND}"


def test_what_a_page_holds_after_its_end_is_read_as_a_browser_does() -> None:
    a = article(f"<html><body><p>{FIRST}</p></body></html><p>{SECOND}</p>", key="a.html")
    assert a.body == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("p.html", "<p>word</p>" * 40_000),
        ("span.html", "<p>" + "<span>a</span>" * 60_000),
        ("link.html", '<p><a href="/x">y</a></p>' * 20_000),
        ("row.html", f"<p>{FIRST}</p><table>" + "<tr><td>a</td></tr>" * 30_000),
        ("row.md", "| a | b |\n" * 19_000),
        ("list.md", "- a\n\n" * 10_000),
        ("link.md", "![" * 30_000),
        ("dots.txt", ("." * 200 + "x\n") * 900),
        ("quotes.txt", "." + '"' * 190_000 + "x"),
        ("ld.html", f'<script type="application/ld+json">[{"[]," * 300_000}[]]</script><p>{FIRST}</p>'),
    ],
)
def test_a_page_of_many_small_pieces_does_not_hold_up_the_others(key: str, content: str) -> None:
    before = time.process_time()
    with suppress(NotAnArticle):
        article(content, key=key)
    assert time.process_time() - before < 6  # seconds of this process; under one where the machine is idle


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_every_encoding_reads_the_same(encoding: str) -> None:
    text = f"“Harbor Lights” Renewed\n\n{FIRST} It’s official – Zoë said so."
    assert article(text.encode(encoding)).text == article(text).text


def test_a_page_saved_as_utf8_under_its_old_declaration_keeps_its_characters() -> None:
    assert "Zoë’s" in article(page('<meta charset="windows-1252">', f"<p>Zoë’s. {FIRST}</p>"), key="a.html").text
    declared = page('<meta charset="windows-1252">', f"<p>Zoë’s. {FIRST}</p>").encode("cp1252")
    assert "Zoë’s" in article(declared, key="a.html").text


@pytest.mark.parametrize("key", ["a.txt", "a.html"])
def test_a_damaged_or_cut_off_file_keeps_the_characters_that_are_whole(key: str) -> None:
    text = "“It’s official,” Zoë said. “We’re back.”".encode()
    if key == "a.html":
        text = page('<meta charset="windows-1252">').encode().replace(b"<p>", b"<p>" + text + b" ", 1)
    damaged = text.replace(b"said", b"sa\xffid") + "”".encode()[:2]
    assert "“It’s official,” Zoë sa\ufffdid. “We’re back.”" in article(damaged, key=key).text


def test_a_replacement_character_is_no_damage() -> None:
    assert article("A mark: \ufffd. The café is open.").text == "A mark: \ufffd. The café is open."


def test_a_copy_saved_in_another_way_has_the_same_digest() -> None:
    a = article(f"Harbor Lights\n\n{FIRST}\n\n{SECOND}")
    wrapped = f"Harbor Lights\r\n\r\n{FIRST}\r\n\r\n{SECOND}".replace(" spring.", "\r\nspring.").replace("’", "'")
    assert article(wrapped.encode("utf-16")).digest == a.digest
    assert article(f"Harbor Lights\n\n{FIRST}").digest != a.digest


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        (b"%PDF-1.4 text", "a.txt", "binary"),
        (bytes(range(256)) * 20, "a.txt", "binary"),
        (b" \n\n ", "a.txt", "no-text"),
        (b"", "a.md", "empty"),
        (b"a " * 150_000, "a.txt", "too-long"),
        (b"<html></html>", "a.html", "no-text"),
        (b"---\na: &a [x]\nb: [*a]\n---\nText", "a.md", "front-matter"),
        (b"---\na: " + b"[" * 20_000 + b"\n---\nText", "a.md", "front-matter"),
        (b"+++\na = " + b"[" * 20_000 + b"\n+++\nText", "a.md", "front-matter"),
        (b"+++\n" + b"a." * 20_000 + b"a = 1\n+++\nText", "a.md", "front-matter"),
        (b"[" * 390_000, "a.md", "too-long"),
        (b"<p>Text" + b"<div>" * 300 + b"more text", "a.html", "nested"),
        (b"<p>Text</p><p>" + b"more " * 2_500_000, "a.html", "too-long"),
    ],
)
def test_what_is_no_article_is_set_aside_with_its_reason(content: bytes, key: str, reason: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        article(content, key=key)
    assert caught.value.reason == reason


hostile = st.lists(
    st.binary(max_size=30)
    | st.sampled_from(
        [
            *(
                b"---\n",
                b"+++\n",
                b"title: x\n",
                b"date: ",
                b"<p>",
                b"</p>",
                b"<div>",
                b"</html>",
                b"<!--",
                b"&#0;",
                b"]}",
            ),
            *(
                b'<script type="application/ld+json">',
                b'<meta charset="utf-16">',
                b'<link rel=canonical href="http://[">',
            ),
            *(b"By Jane", b"June 31, 2021", b"2021-06-30", b"\n\n", b"A b. "),
            *(b"\xff\xfe", b"\xef\xbf\xbe", b"\xed\xa0\x80", b"\x00"),
        ]
    ),
    max_size=12,
).map(b"".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hostile, st.sampled_from(sorted(READERS)))
def test_any_bytes_are_an_article_or_set_aside(content: bytes, kind: str) -> None:
    raw = RawDocument(key="a", media_type=kind, content=content, modified=MODIFIED)
    try:
        a = read(raw, zone=ZoneInfo("Europe/Paris"))
    except NotAnArticle:
        return
    assert a.title
    assert "\n" not in a.title
    assert a.text == clean(a.text)
    assert a.body.strip()
    assert a.published.tzinfo is UTC
    assert a.body_start == 0 or a.text[: a.body_start] == f"{a.title}\n\n"


def test_starting_up_does_not_wait_for_the_html_library() -> None:
    costly = "{'trafilatura', 'htmldate', 'charset_normalizer'}"
    code = f"import sys, feeder.extraction; print(sorted({costly} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
