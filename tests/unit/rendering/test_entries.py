"""What a subscriber reads of an entry, and that nothing in it can run, track or mislead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from lxml import html

from feeder.model import Role, StoredEntry
from feeder.rendering import Renderer
from tests import builders, feed_values
from tests.feed_values import HOSTILE


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def an_entry_with_tags(**changes: object) -> StoredEntry:
    article = builders.an_article(**changes)  # type: ignore[arg-type]
    tags = (
        builders.a_show_tag(article=article),
        builders.a_show_tag("Gilmore Girls", article=article, main=False),
        builders.a_person_tag(article=article, roles=(Role.ACTOR,), characters=("Jess", "Jack")),
        builders.a_person_tag("Amy Sherman-Palladino", article=article, main=False, roles=(Role.CREATOR,)),
        builders.a_person_tag("Owner's Word", roles=(), evidence=()),
    )
    return builders.a_stored_entry(builders.an_entry(article, tags=tags))


def test_the_full_entry_has_the_article_its_tags_and_each_proof_once(renderer: Renderer) -> None:
    stored = an_entry_with_tags(link="https://tvline.example/a?x=1&y=2", outlet="TVLine")
    assert renderer.entry_html(stored, content="full").split("\n") == [
        "<p>Milo Ventimiglia has joined the fourth season of The Marvelous Mrs. Maisel.</p>",
        "<p>It reunites him with Amy Sherman-Palladino, who created Gilmore Girls. "
        "The new season starts next year.</p>",
        '<p><a href="https://tvline.example/a?x=1&amp;y=2" rel="noopener noreferrer">'
        "Read the original at TVLine</a></p>",
        "<p><strong>Shows:</strong> The Marvelous Mrs. Maisel, Gilmore Girls (in passing)</p>",
        "<p><strong>People:</strong> Milo Ventimiglia (actor, plays Jess and Jack), "
        "Amy Sherman-Palladino (creator, in passing), Owner's Word</p>",
        "<p><em>Why these tags:</em></p>",
        "<ul>",
        "<li>“Milo Ventimiglia Joins The Marvelous Mrs. Maisel” "
        "<em>The Marvelous Mrs. Maisel, Milo Ventimiglia</em></li>",
        "<li>“It reunites him with Amy Sherman-Palladino, who created Gilmore Girls. The new season starts next year.” "
        "<em>Gilmore Girls, Amy Sherman-Palladino</em></li>",
        "</ul>",
    ]


def test_the_short_entry_has_the_summary_instead_of_the_article(renderer: Renderer) -> None:
    found = renderer.entry_html(an_entry_with_tags(), content="summary")
    assert found.startswith("<p>Milo Ventimiglia has joined the fourth season of The Marvelous Mrs. Maisel.</p>\n")
    assert "<p>It reunites him" not in found
    assert "<strong>People:</strong>" in found


def test_a_name_that_could_be_two_people_says_so(renderer: Renderer) -> None:
    tags = (builders.a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-presenter"), roles=()),)
    stored = builders.a_stored_entry(builders.an_entry(builders.an_article(), tags=tags))
    assert "Chris Evans (which one is not certain)" in renderer.entry_html(stored, content="full")


def test_an_article_without_anything_but_text_has_no_empty_parts(renderer: Renderer) -> None:
    stored = builders.a_stored_entry(builders.an_entry(builders.an_article(body="Only this.")))
    assert renderer.entry_html(stored, content="full") == "<p>Only this.</p>"


def test_a_wrong_kind_of_content_is_refused(renderer: Renderer) -> None:
    with pytest.raises(ValueError, match=r'"full" or "summary"'):
        renderer.entry_html(builders.a_stored_entry(), content="both")


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_an_article_is_shown_not_run(renderer: Renderer, text: str) -> None:
    found = renderer.entry_html(feed_values.hostile_entry(text), content="full")
    elements = list(html.fragment_fromstring(found, create_parent="div").iter())
    assert {e.tag for e in elements} <= {"div", "p", "a", "em", "strong", "ul", "li"}
    assert all(set(e.attrib) <= {"href", "rel"} for e in elements)
    assert all(e.get("href", "https://").startswith("https://") for e in elements)


@settings(max_examples=60, deadline=None)
@given(feed_values.stored_entries())
def test_no_entry_whatever_its_text_fails_to_render(stored: StoredEntry) -> None:
    found = feed_values.shared_renderer().entry_html(stored, content="full")
    assert found.encode().decode() == found
    assert "<script" not in found


def test_letters_are_kept_as_they_are(renderer: Renderer) -> None:
    body = "Zoë Kravitz & Renée – „Dark“ 🧑🏽‍🚀 I <3 TV &amp; more"
    stored = builders.a_stored_entry(builders.an_entry(builders.an_article(body=body)))
    found = renderer.entry_html(stored, content="full")
    assert html.fragment_fromstring(found, create_parent="div").text_content() == body
