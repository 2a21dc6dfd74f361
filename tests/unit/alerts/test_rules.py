"""An owner is told of every real mention of a watched name, and of nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.alerts import find, judge
from feeder.model import Entry, Event, EventType, Tag, WatchKind
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


def test_a_watched_show_rings_by_its_title_and_by_what_is_printed() -> None:
    article = an_article(body="Maisel is back for its fourth season.")
    show = a_show_tag(evidence=(some_evidence(article, "Maisel"),))
    entry = an_entry(article, tags=(show, a_person_tag(main=False)))
    for name in ("The Marvelous Mrs Maisel", "maisel"):
        assert find(a_watch(name, kind=WatchKind.SHOW), entry) is not None
    assert find(a_watch("Maisel"), entry) is None, "no person is called so"


def test_an_alias_that_only_the_catalog_knows_rings() -> None:
    watch = a_watch("Zendaya Coleman")
    entry = an_entry_with(a_person_tag("Zendaya", id="zendaya"))
    assert find(watch, entry) is None
    assert find(replace(watch, ids=("zendaya",)), entry) is not None


def test_what_could_be_somebody_else_waits_for_the_owners_word() -> None:
    doubtful = a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-presenter"))
    entry = an_entry_with(doubtful)
    assert find(a_watch("Chris Evans"), entry) is None
    alert = judge(a_watch("Chris Evans"), entry)
    assert alert is not None
    assert "chris-evans-presenter" in alert.doubt
    certain = an_entry_with(doubtful, a_person_tag("Chris Evans", id="chris-evans"))
    assert find(a_watch("Chris Evans"), certain) is not None


@pytest.mark.parametrize("hint", ["Radio 2", "radio two", "Gilmore Girls"])
def test_what_speaks_for_a_namesake_silences_certain_and_doubtful_alike(hint: str) -> None:
    article = an_article(body="Chris Evans of Radio 2, or Radio Two, spoke about Gilmore Girls.")
    for candidates in ((), ("a", "b")):
        entry = an_entry(article, tags=(a_person_tag("Chris Evans", article=article, candidates=candidates),))
        assert judge(a_watch("Chris Evans"), entry) is not None
        assert judge(a_watch("Chris Evans", unless=(hint,)), entry) is None
        assert judge(a_watch("Chris Evans", unless=("Radio", "Fantastic Four")), entry) is None
        assert judge(a_watch("Chris Evans", unless=("adio", "Fantastic Four")), entry) is not None


def test_a_slip_rings_for_somebody_of_television_and_waits_where_it_may_be_anybody() -> None:
    actor = a_person_tag("Milo Ventimilia", known=False)
    assert find(a_watch(), an_entry_with(actor)) is not None
    unsaid = a_person_tag("Milo Ventimilia", known=False, roles=())
    alert = judge(a_watch(), an_entry_with(unsaid))
    assert alert is not None
    assert alert.doubt == "Milo Ventimilia may be a misspelling of Milo Ventimiglia"
    known = a_person_tag("Milo Ventimilia", known=True)
    assert judge(a_watch(), an_entry_with(known)) is None, "whom the catalog knows by this name is another one"


def test_only_what_the_watch_asks_for_rings() -> None:
    passing = an_entry_with(a_person_tag(main=False, score=0.7))
    assert find(a_watch(), passing) is not None
    assert find(a_watch(main=True), passing) is None
    assert find(a_watch(min_score=0.9), passing) is None
    assert find(a_watch(events=(EventType.CASTING,)), passing) is None


def test_news_about_somebody_else_is_not_news_about_the_watched_one() -> None:
    article = an_article()
    milo, amy = a_person_tag(), a_person_tag("Amy Sherman-Palladino", main=False)
    proof = (some_evidence(article, "has joined the fourth season"),)
    event = Event(type=EventType.CASTING, people=("milo-ventimiglia",), evidence=proof)
    entry = an_entry(article, tags=(milo, amy), events=(event,))
    alert = find(a_watch(events=(EventType.CASTING,)), entry)
    assert alert is not None
    assert alert.events == (event,)
    assert proof[0] in alert.evidence
    assert find(a_watch("Amy Sherman-Palladino", events=(EventType.CASTING,)), entry) is None
    assert find(a_watch(events=(EventType.DEATH,)), entry) is None


def test_an_event_and_a_query_ring_with_a_sentence_that_proves_it() -> None:
    article = an_article()
    proof = (some_evidence(article, "has joined the fourth season"),)
    event = Event(type=EventType.CASTING, show="the-marvelous-mrs-maisel", evidence=proof)
    entry = an_entry(article, tags=(a_show_tag(article=article),), events=(event,))
    alert = find(a_watch("Casting", kind=WatchKind.EVENT, events=(EventType.CASTING,)), entry)
    assert alert is not None
    assert alert.evidence == proof
    assert find(a_watch("Deaths", kind=WatchKind.EVENT, events=(EventType.DEATH,)), entry) is None
    query = 'show:"The Marvelous Mrs. Maisel" AND event:casting'
    alert = find(a_watch("Maisel", kind=WatchKind.QUERY, query=query), entry)
    assert alert is not None
    assert alert.evidence
    words = find(a_watch("Seasons", kind=WatchKind.QUERY, query='"fourth season"'), an_entry(article, tags=()))
    assert words is not None
    assert words.evidence, "an alert always shows a sentence"
    assert find(a_watch("Nothing", kind=WatchKind.QUERY, query='"fifth season"'), entry) is None
