"""An owner is told of every real mention of a watched name, and of nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.alerts import find
from feeder.model import Entry, Tag
from tests.builders import a_person_tag, a_show_tag, a_watch, an_article, an_entry, some_evidence


def an_entry_with(*tags: Tag) -> Entry:
    return an_entry(an_article(), tags=tags)


@pytest.mark.parametrize(
    ("watched", "label"),
    [
        ("Milo Ventimiglia", "Milo Ventimiglia"),
        ("milo  VENTIMIGLIA", "Milo Ventimiglia"),
        ("Zoe Kravitz", "Zoë Kravitz"),
        ("Zoë Kravitz", "Zoe\u0301 Kravitz".replace("e\u0301", "ë")),
        ("Sterling K Brown", "Sterling K. Brown"),
        ("Amy Sherman Palladino", "Amy Sherman-Palladino"),
        ("Amy Sherman–Palladino", "Amy Sherman-Palladino"),
        ("Conan O’Brien", "Conan O'Brien"),
        ("Robert Downey Jr", "Robert Downey, Jr."),
    ],
)
def test_a_watched_name_rings_however_it_is_spelled(watched: str, label: str) -> None:
    alert = find(a_watch(watched), an_entry_with(a_person_tag(label)))
    assert alert is not None
    assert alert.watch == watched


@pytest.mark.parametrize(
    ("watched", "label"),
    [
        ("Milo", "Milo Ventimiglia"),
        ("Ventimiglia", "Milo Ventimiglia"),
        ("Milo Ventimiglia", "Milo Manheim"),
        ("Milo Ventimiglia", "Milo Ventimiglia Senior"),
        ("Ann Lee", "Annlee"),
        ("…", "Milo Ventimiglia"),
    ],
)
def test_another_name_does_not_ring(watched: str, label: str) -> None:
    assert find(a_watch(watched), an_entry_with(a_person_tag(label))) is None


def test_an_alias_rings_under_the_watchs_own_name() -> None:
    alert = find(a_watch("M. V.", aliases=("Milo Ventimiglia",)), an_entry())
    assert alert is not None
    assert alert.watch == "M. V."


def test_the_name_as_printed_rings_where_the_catalog_has_a_longer_one() -> None:
    article = an_article()
    tag = a_person_tag("Milo Anthony Ventimiglia", evidence=(some_evidence(article, "Milo Ventimiglia"),))
    assert find(a_watch("Milo Ventimiglia"), an_entry(article, tags=(tag,))) is not None


def test_a_bare_first_name_in_the_text_does_not_ring() -> None:
    article = an_article()
    tag = a_person_tag("Milo Manheim", evidence=(some_evidence(article, "Milo"),))
    assert find(a_watch("Milo Ventimiglia", aliases=("Milo",)), an_entry(article, tags=(tag,))) is None


def test_a_show_of_the_same_name_does_not_ring() -> None:
    assert find(a_watch("Roseanne"), an_entry_with(a_show_tag("Roseanne"))) is None


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3), st.booleans(), st.floats(0, 1))
def test_an_ambiguous_tag_never_rings(candidates: list[str], main: bool, score: float) -> None:
    tag = a_person_tag("Chris Evans", candidates=tuple(candidates), main=main, score=score)
    assert find(a_watch("Chris Evans"), an_entry_with(tag)) is None


def test_an_ambiguous_namesake_beside_the_real_one_adds_no_evidence() -> None:
    article = an_article(title="Chris Evans and Chris Evans Meet", body="Chris Evans met Chris Evans.")
    real = a_person_tag("Chris Evans", evidence=(some_evidence(article, "Chris Evans"),))
    body = article.text.rindex("Chris Evans")
    proof = some_evidence(article, "Chris Evans met")
    unsure = a_person_tag("Chris Evans", id="chris-evans-2", candidates=("chris-evans",), evidence=(proof,))
    alert = find(a_watch("Chris Evans"), an_entry(article, tags=(real, unsure)))
    assert alert is not None
    assert alert.evidence == real.evidence
    assert all(e.start < body for e in alert.evidence)


def test_the_evidence_is_every_sentence_that_proves_it_once_and_in_text_order() -> None:
    article = an_article()
    first, second = some_evidence(article, "Milo Ventimiglia"), some_evidence(article, "Milo Ventimiglia has")
    tag = a_person_tag(evidence=(second, first))
    twin = a_person_tag(id="milo-2", evidence=(first,))
    alert = find(a_watch(), an_entry(article, tags=(tag, twin)))
    assert alert is not None
    assert alert.evidence == (first, second)


@pytest.mark.parametrize("with_summary", [True, False])
def test_the_owners_own_word_rings_and_shows_how_the_article_begins(with_summary: bool) -> None:
    entry = an_entry(an_article(), tags=(a_person_tag(evidence=()),), summary=None if with_summary else ())
    alert = find(a_watch(), entry)
    assert alert is not None
    [proof] = alert.evidence
    assert entry.article.text[proof.start : proof.end] == proof.surface
    assert proof.surface.startswith("Milo Ventimiglia")
    assert "front matter" in proof.why


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_any_name_is_compared_without_a_crash_and_symmetrically(a: str, b: str) -> None:
    ab = find(a_watch(a), an_entry_with(a_person_tag(b, id="x")))
    ba = find(a_watch(b), an_entry_with(a_person_tag(a, id="x")))
    assert (ab is None) == (ba is None)
