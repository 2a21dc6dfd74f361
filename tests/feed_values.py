"""Values for feed tests: a site, listings, hostile texts, and strategies for entries nobody would think of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache

from hypothesis import strategies as st
from lxml import etree

from feeder import feeds
from feeder.feeds import CURRENT, Chapter, Tombstone, archive_path, entry_id, feed_path
from feeder.model import (
    EventType,
    Evidence,
    Form,
    OwnerWord,
    Role,
    Sentence,
    SiteInfo,
    StoredEntry,
    Topic,
    TopicKind,
    TopicListing,
)
from feeder.rendering import Renderer
from tests import atom_rules, builders, json_rules, rss_rules

SITE = SiteInfo(
    title="Screen Notes",
    base_url="https://news.example.org",
    author="Ada Example",
    language="en",
    authority="example.org,2026",
)
SHOW = Topic(kind=TopicKind.SHOW, key="gilmore-girls", label="Gilmore Girls")
EVERYTHING = Topic(kind=TopicKind.ALL, key="", label="Everything")

#: Texts that have broken feeds of others: markup, broken and double escapes, forbidden and invisible characters.
HOSTILE = (
    "nul\x00 bell\x07 esc\x1b[31m vt\x0b",
    "noncharacters \ufffe \uffff lone surrogate \ud800 end",
    "cdata ]]> end",
    "I <3 R&D & Q&amp;A &amp;amp; &lt;b&gt; &#x27;",
    "right to left \u202egnitirwer\u202c \u2066isolate\u2069 \u200f",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a> <a href="data:text/html,<script>1</script>">y</a> <a href="/relative">z</a>',
    "<!-- --><![CDATA[x]]><?pi x?><!DOCTYPE x>",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "emoji 🧑🏽‍🚀 astral 𝒳 combining e\u0301 line\u2028separator\u2029\u0085 \xad soft",
    "tab\tand\r\nline\rends \x80\x9f",
    "\"quotes\" 'single' `tick` <b>&nbsp;</b>",
    "Season 3&4 of R&amp without end, &copy2026 &#65 AT&T",
    '</title></entry></feed> </item></channel></rss> "}]} \\u0000 \\',
)


@cache
def shared_renderer() -> Renderer:
    return Renderer()


def listing(
    topic: Topic = SHOW, *, slug: str = "gilmore-girls", count: int = 1, updated: datetime = builders.NOON
) -> TopicListing:
    return TopicListing(topic=topic, slug=slug, count=count, updated=updated)


def location(it: TopicListing, site: SiteInfo = SITE, *, form: Form = Form.ATOM, chapter: Chapter = CURRENT) -> str:
    if chapter.number is None:
        return f"{site.base_url}/{feed_path(it.topic, it.slug, form)}"
    return f"{site.base_url}/{archive_path(it.topic, it.slug, chapter.number, form)}"


def feed(
    entries: Sequence[StoredEntry],
    *,
    form: Form = Form.ATOM,
    topic: Topic = SHOW,
    site: SiteInfo = SITE,
    content: str = "full",
    chapter: Chapter = CURRENT,
    tombstones: Sequence[Tombstone] = (),
) -> bytes:
    """The feed of these entries as the program makes it."""
    renderer = shared_renderer()
    parts = [feeds.serialise(it, html=renderer.entry_html(it, content=content), site=site) for it in entries]
    newest = max((it.changed for it in entries), default=builders.NOON)
    return feeds.feed(
        form,
        listing(topic, count=len(entries), updated=newest),
        [getattr(it, form.value) for it in parts],
        site=site,
        chapter=chapter,
        tombstones=tombstones,
    )


def problems(data: bytes, *, form: Form, location: str | None) -> list[str]:
    """What is wrong with a feed of that form."""
    rules = {Form.ATOM: atom_rules, Form.RSS: rss_rules, Form.JSON: json_rules}
    return rules[form].problems(data, location=location)


def hostile_entry(text: str) -> StoredEntry:
    """An entry that has `text` wherever text can stand."""
    article = builders.an_article(
        title=text,
        body=f"{text}\n\nMilo Ventimiglia {text}",
        link=f"https://example.org/a b?q={text.encode('utf-8', 'replace').decode()}",
        byline=(text, "Ada"),
        outlet=text,
        image=f"https://example.org/{text.encode('utf-8', 'replace').decode()}.jpg",
        owner=OwnerWord(tags=(text, "kept")),
        digest="0" * 64,
    )
    evidence = builders.some_evidence(article, "Milo Ventimiglia")
    tags = (
        builders.a_show_tag(text, id="a-show"),
        builders.a_person_tag(text, id="a-person", characters=(text,), evidence=(evidence,)),
    )
    entry = builders.an_entry(
        article,
        id=entry_id(SITE.authority, text),
        tags=tags,
        events=(builders.an_event(EventType.CASTING),),
        digest="0" * 64,
    )
    return builders.a_stored_entry(entry)


_texts = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=60)).filter(lambda s: bool(s.strip()))
_names = _texts
_dates = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda when: when.replace(microsecond=0)
)


def _proof(text: str) -> tuple[Evidence, ...]:
    sentence = Sentence(start=0, end=len(text), text=text)
    return (Evidence(start=0, end=1, surface=text[:1], sentence=sentence, why=text),)


_proofs = st.just(()) | _texts.map(_proof)


@st.composite
def stored_entries(draw: st.DrawFn) -> StoredEntry:
    """An entry with any text in any place, as it could be if no other room had cleaned it."""
    title, published = draw(_texts), draw(_dates)
    article = builders.an_article(
        title=title,
        body=draw(_texts),
        published=published,
        link=draw(st.none() | st.just("https://example.org/x?a=1&b=2#c") | _texts),
        byline=tuple(draw(st.lists(_names, max_size=2))),
        outlet=draw(st.none() | _names),
        image=draw(st.none() | st.just("https://example.org/x.jpg?a=1&b=2") | _texts),
        language=draw(st.sampled_from(("en", "de", "pt-BR"))),
        owner=OwnerWord(tags=tuple(draw(st.lists(_names, max_size=2)))),
        digest="0" * 64,
    )
    shows = draw(st.lists(st.tuples(_names, _proofs), max_size=2))
    people = draw(st.lists(st.tuples(_names, _proofs, st.sampled_from(Role)), max_size=3))
    tags = (
        *(builders.a_show_tag(it, id=f"show-{n}", evidence=proofs) for n, (it, proofs) in enumerate(shows)),
        *(
            builders.a_person_tag(it, id=f"person-{n}", roles=(role,), evidence=proofs)
            for n, (it, proofs, role) in enumerate(people)
        ),
    )
    events = tuple(builders.an_event(it) for it in draw(st.lists(st.sampled_from(EventType), max_size=2)))
    seed = draw(st.text(min_size=8, max_size=12, alphabet="0123456789abcdef"))
    entry = builders.an_entry(article, id=entry_id(SITE.authority, seed), tags=tags, events=events, digest="0" * 64)
    return builders.a_stored_entry(entry, changed=draw(_dates))


def distinct(entries: Sequence[StoredEntry]) -> list[StoredEntry]:
    """One of each id, as the store has them."""
    return list({it.entry.id: it for it in entries}.values())


def each(xml: bytes, name: str) -> Iterator[str]:
    """The texts of all elements of that name in the feed."""
    for element in etree.fromstring(xml).iter(f"{{http://www.w3.org/2005/Atom}}{name}"):
        yield element.text or ""
