"""Small documents for tests of readers, written by hand: not by what is tested."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape

from feeder.model import Form
from feeder.readers import Document, Shown

NOW = datetime(2021, 6, 15, 12, tzinfo=UTC)
TEXT = "Filming starts in Newfoundland in spring, with the premiere expected early in the following year"


def shown(number: int = 1, **changes: object) -> Shown:
    values: dict[str, object] = {
        "id": f"tag:example.org,2026:entry-{number}",
        "link": f"https://example.org/{number}",
        "title": f"Article {number}",
        "content": f"<p>{TEXT}, says number {number}.</p>",
        "authors": ("Ada",),
        "tags": ("Gilmore Girls",),
        "published": datetime(2021, 6, number, 9, tzinfo=UTC),
        "updated": datetime(2021, 6, number, 9, tzinfo=UTC),
    }
    return Shown(**(values | changes))  # type: ignore[arg-type]  # names are the fields'


def document(*entries: Shown, form: Form = Form.ATOM, address: str = "", previous: str = "") -> Document:
    return Document(form=form, id="tag:example.org,2026:feed", address=address, previous=previous, entries=entries)


def atom(*entries: Shown, address: str = "https://f.example/all.atom", previous: str = "") -> bytes:
    archive = f'<link rel="prev-archive" href="{previous}"/>' if previous else ""
    body = "".join(
        f"<entry><id>{it.id}</id><title>{escape(it.title)}</title><link href='{it.link}'/>"
        f"<updated>{(it.updated or NOW).isoformat()}</updated>"
        f"<content type='html'>{escape(it.content)}</content></entry>"
        for it in entries
    )
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:example.org,2026:feed</id><title>All</title>"
        f"<updated>{NOW.isoformat()}</updated><link rel='self' href='{address}'/>{archive}{body}</feed>"
    ).encode()
