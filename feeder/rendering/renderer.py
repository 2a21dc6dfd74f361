"""Templates to HTML. An owner's template of the same name wins over the one feeder comes with.

Templates run in jinja's sandbox, escape what they print and stop at a name that does not exist; what goes wrong is told
with the template's name and line.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from feeder import resources
from feeder.errors import TemplateError
from feeder.model import Form, SiteInfo, StoredEntry, TopicListing
from feeder.rendering import drawing, samples
from feeder.rendering.addresses import (
    FEED_STYLE,
    INDEX_PAGE,
    MEDIA_TYPES,
    OPML,
    entry_anchor,
    entry_view,
    feed_path,
    feed_place,
    topic_anchor,
    topic_view,
    web_address,
)
from feeder.rendering.directory import Directory
from feeder.rendering.faults import told
from feeder.rendering.proofs import proofs
from feeder.rendering.sanitizing import sanitize
from feeder.rendering.sheets import Sheet, shown
from feeder.rendering.wording import FORM_NAMES, feed_title
from feeder.text import clean

_ENTRY = "entry.html.j2"
_INDEX = "index.html.j2"
_KIND = "kind.html.j2"
_VIEWS = "pages"
_PAGE_STYLE = "page.css"
_FEED_STYLE = "feed.css"
_ANNOUNCED = 40  # topics whose feeds a page names in its head; readers offer all of them in one list

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Renderer:
    """`folder` holds the owner's templates; the others are feeder's own. Raises TemplateError."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and not folder.is_dir():
            raise TemplateError(f"{folder}: no such folder of templates; create it, or leave the setting out")
        self._folders = (*([folder] if folder else []), resources.templates())
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in self._folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # a run uses what stood there when it began
        )
        self._environment.filters.update(
            day=_day,
            instant=_instant,
            iso_day=_iso_day,
            minute=_minute,
            pieces=drawing.pieces,
            qr_code=drawing.qr_code,
            web_address=web_address,
        )
        self._environment.globals.update(
            entry_anchor=entry_anchor,
            entry_view=entry_view,
            feed_path=feed_path,
            feed_place=feed_place,
            feed_title=feed_title,
            forms=[{"form": form, "name": FORM_NAMES[form], "media_type": MEDIA_TYPES[form]} for form in Form],
            index_path=INDEX_PAGE,
            opml_path=OPML,
            topic_anchor=topic_anchor,
            topic_view=topic_view,
        )
        self._entry = self._load(_ENTRY)
        self._index = self._load(_INDEX)
        self._kind = self._load(_KIND)
        style = self._text(_PAGE_STYLE)
        # A style element is raw text: the browser hashes exactly what stands between its tags. _text checked it.
        self._style: Mapping[str, object] = {
            "style": Markup(style),  # noqa: S704  # feeder's or the owner's own file, never an article's text
            "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        }

    def entry_html(self, stored: StoredEntry, *, content: str) -> str:
        """The entry's body for readers: sanitised HTML of the whole article ("full") or of its "summary"."""
        if content not in ("full", "summary"):
            raise ValueError(f'content is "full" or "summary", not {content!r}')
        entry, article = stored.entry, stored.entry.article
        summary = " ".join(sentence.text for sentence in entry.summary)
        html = self._render(
            self._entry,
            entry=entry,
            article=article,
            content=content,
            paragraphs=[p for p in article.body.split("\n\n") if p.strip()] if content == "full" else [summary],
            link=web_address(article.link),
            proofs=proofs(entry),
        )
        return sanitize(html)

    def index_page(self, *, site: SiteInfo, topics: Sequence[TopicListing], latest: Sequence[StoredEntry]) -> str:
        """The front page: in the order given the latest entries, then the busiest of the `topics`, which are all there
        are, and the way to the others.

        Like every page it stands alone: no script and no other file; its policy allows nothing but its own style.
        """
        directory = Directory(topics)
        sections = directory.busiest
        found = [directory.everything, *(listing for section in sections for listing in section.listings)]
        return self._page(
            self._index,
            directory,
            site=site,
            announced=[listing for listing in found if listing],
            everything=directory.everything,
            sections=sections,
            latest=[(stored, directory.tag_links(stored.entry)) for stored in latest],
        )

    def kind_pages(self, *, site: SiteInfo, topics: Sequence[TopicListing]) -> Iterator[Sheet]:
        """The pages that list the feeds of each kind; `topics` are all there are.

        A page for each kind, "shows.html"; where it has more topics than fit on one, also a page for each letter,
        "people/m.html".
        """
        directory = Directory(topics)
        kinds = ",".join(directory.kinds)
        for kind in directory.kinds:
            section, letters = directory.section(kind), directory.letters(kind)
            places = ",".join(it.path for it in letters)
            for letter in (None, *letters):
                page = partial(
                    self._page,
                    self._kind,
                    directory,
                    site=site,
                    up="../" if letter else "",
                    here=section.kind,
                    announced=(letter or section).listings[:_ANNOUNCED],
                    section=section,
                    letters=letters,
                    letter=letter,
                )
                count = "" if letter else str(section.count)  # of all of the kind: it would change each letter's page
                yield Sheet(
                    (letter or section).path,
                    shown((letter or section).listings, kinds, places, count),
                    lambda page=page: page().encode(),  # type: ignore[misc]  # one for each
                )

    def view(self, name: str, **values: object) -> str:
        """A page that `feeder serve` makes when it is asked for: templates/pages/<name>.html.j2 says what it takes."""
        return self._render(self._load(f"{_VIEWS}/{name}.html.j2"), **values)

    def view_search(self, site: SiteInfo) -> str:
        """What browsers read to offer the search of the site (OpenSearch 1.1)."""
        return self._render(self._load(f"{_VIEWS}/opensearch.xml.j2"), site=site)

    @cached_property
    def view_style(self) -> bytes:
        """The style sheet of those pages."""
        return "\n".join(map(self._text, (_PAGE_STYLE, f"{_VIEWS}/pages.css"))).encode()

    @cached_property
    def view_icon(self) -> bytes:
        """Their icon, an SVG document."""
        return self._file(f"{_VIEWS}/icon.svg").encode()

    def static_files(self) -> Mapping[str, bytes]:
        """Files that feeds refer to, by their path in the published folder."""
        return {FEED_STYLE: self._text(_FEED_STYLE).encode()}

    def check(self) -> None:
        """Load every template of both folders and render those in use with sample values. Raises TemplateError."""
        for name in self._environment.list_templates(filter_func=lambda name: name.endswith(".j2")):
            self._load(name)
        self.static_files()
        for content in ("full", "summary"):
            for stored in samples.ENTRIES:
                self.entry_html(stored, content=content)
        for topics in (samples.TOPICS, samples.many_topics()):
            self.index_page(site=samples.SITE, topics=topics, latest=samples.ENTRIES)
            for sheet in self.kind_pages(site=samples.SITE, topics=topics):
                sheet.make()
        self.index_page(site=samples.SITE, topics=(), latest=())
        self.view("message", **samples.FRAME, heading="Sample", text="Sample")
        self.view("login", **samples.FRAME, said={"tone": "bad", "text": "Sample"}, then="")

    def _page(self, template: Template, directory: Directory, **values: object) -> str:
        frame = {"up": "", "here": "", "kinds": directory.busiest}
        return self._render(template, **{**frame, **self._style, **values})

    def _load(self, name: str) -> Template:
        with self._told(name):
            return self._environment.get_template(name)

    def _render(self, template: Template, **values: object) -> str:
        with self._told(template.name or "?"):
            return clean(template.render(values))

    def _text(self, name: str) -> str:
        """Of a style sheet."""
        text = self._file(name)
        if "</" in text:
            raise TemplateError(f'{name}: a style sheet must not hold "</", which ends it inside a page')
        return text

    def _file(self, name: str) -> str:
        for path in (folder / name for folder in self._folders):
            try:
                return clean(path.read_text("utf-8"))
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise TemplateError(f"{path}: cannot be read: {error}") from error
        raise TemplateError(f"{self._folders[-1] / name}: missing; install feeder again")

    def _told(self, name: str) -> AbstractContextManager[None]:
        return told(name, self._folders)


def _day(when: datetime) -> str:
    """ "3 Nov 2026", in UTC and whatever the locale."""
    when = when.astimezone(UTC)
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def _iso_day(text: str) -> str:
    """ "3 Nov 2026" of 2026-11-03."""
    return _day(datetime.fromisoformat(text).replace(tzinfo=UTC))


def _minute(when: datetime) -> str:
    """ "3 Nov 2026, 09:05 UTC"."""
    return f"{_day(when)}, {when.astimezone(UTC):%H:%M} UTC"


def _instant(when: datetime) -> str:
    """RFC 3339, for the datetime attribute."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
