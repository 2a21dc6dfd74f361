"""What the owner says of a tag is done, and no more than that."""

from __future__ import annotations

from dataclasses import replace

from feeder.catalog import Catalog, Person, Show
from feeder.model import Correction, OwnerWord, Tag, Tagging, TagKind, Verdict
from feeder.tagging import Tagger, is_owners
from tests.unit.tagging.desk import CATALOG, Marked, article, labels, named

BEAR = Catalog(shows=[Show(id="the-bear", title="The Bear", years=(2022, None), aliases=("Bear",))], people=[])


def accept(name: str, kind: TagKind = TagKind.SHOW, *, main: bool | None = None, always: bool = False) -> Correction:
    return Correction(verdict=Verdict.ACCEPT, kind=kind, name=name, main=main, always=always)


def reject(name: str, kind: TagKind = TagKind.SHOW, *, always: bool = False) -> Correction:
    return Correction(verdict=Verdict.REJECT, kind=kind, name=name, always=always)


def corrected(marked: str, *words: Correction, catalog: Catalog = CATALOG, owner: OwnerWord | None = None) -> Tagging:
    made, mentions = article(marked, owner=owner)
    made = replace(made, owner=replace(made.owner, corrections=words))
    return Tagger(catalog=catalog, mentions=Marked(mentions)).tag(made)


def shows(tagging: Tagging) -> list[str]:
    return labels(tagging, TagKind.SHOW)


def surfaces(tag: Tag) -> list[str]:
    return [e.surface for e in tag.evidence]


TWO_BEARS = (
    "[The Bear|SHOW] Returns for Season 3\n\nThe drama series [The Bear|SHOW] was renewed for a third season. "
    "The cast of [Bear|SHOW] is back."
)
BEAR_ALONE = "[Bear|SHOW] Returns for Season 3\n\nThe drama series [Bear|SHOW] was renewed for a third season."


def test_without_a_correction_both_bears_are_the_show():
    assert surfaces(named(corrected(TWO_BEARS, catalog=BEAR), "The Bear")) == ["The Bear", "The Bear", "Bear"]
    assert shows(corrected(BEAR_ALONE, catalog=BEAR)) == ["The Bear"]


def test_a_rejected_writing_takes_only_the_mentions_written_so():
    tagging = corrected(TWO_BEARS, reject("Bear", always=True), catalog=BEAR)
    assert surfaces(named(tagging, "The Bear")) == ["The Bear", "The Bear"]


def test_a_show_that_is_only_written_as_rejected_is_gone_with_its_events():
    tagging = corrected(BEAR_ALONE, reject("bear", always=True), catalog=BEAR)
    assert shows(tagging) == []
    assert all(event.show is None for event in tagging.events)


def test_a_title_that_is_rejected_takes_its_short_forms_along():
    assert shows(corrected(TWO_BEARS, reject("The Bear"), catalog=BEAR)) == []


def test_an_id_that_is_rejected_takes_the_show_however_it_is_written():
    assert shows(corrected(TWO_BEARS, reject("the-bear"), catalog=BEAR)) == []


JOEL = (
    "[Joel Kim|PER] Joins [You|SHOW] on Netflix\n\nActor [Joel Kim|PER] has joined the drama series [You|SHOW]. "
    "[Kim|PER] told reporters that he was glad. Star [Rachel Brosnahan|PER] said so, too."
)


def test_a_person_that_is_rejected_takes_the_surnames_along_and_nobody_else():
    tagging = corrected(JOEL, reject("Joel Kim", TagKind.PERSON))
    assert labels(tagging, TagKind.PERSON) == ["Rachel Brosnahan"]


def test_a_surname_that_is_rejected_leaves_the_full_name():
    tagging = corrected(JOEL, reject("Kim", TagKind.PERSON))
    assert surfaces(named(tagging, "Joel Kim")) == ["Joel Kim", "Joel Kim"]


def test_a_rejected_show_leaves_the_person_of_that_name():
    assert "Joel Kim" in labels(corrected(JOEL, reject("Joel Kim")), TagKind.PERSON)


GUESS = "News in Brief\n\nThe people of Soul Food met on Monday. Nothing was decided. It rained."


def test_a_show_that_was_not_seen_is_tagged_where_it_stands_with_the_owners_word_as_the_reason():
    tagging = corrected(GUESS, accept("Soul Food"))
    tag = named(tagging, "Soul Food")
    assert tag.id == "soul-food"
    assert tag.known
    assert tag.score == 1.0
    assert surfaces(tag) == ["Soul Food"]
    assert tag.evidence[0].why.startswith("the owner's word")
    assert is_owners(tag)


def test_a_show_that_does_not_stand_in_the_article_is_tagged_without_evidence():
    tag = named(corrected(GUESS, accept("Ugly Betty")), "Ugly Betty")
    assert tag.evidence == ()
    assert not tag.main
    assert is_owners(tag)


def test_the_owner_says_whether_the_article_is_about_it():
    assert named(corrected(GUESS, accept("Ugly Betty", main=True)), "Ugly Betty").main
    assert not named(corrected(TWO_BEARS, accept("The Bear", main=False), catalog=BEAR), "The Bear").main
    assert named(corrected(TWO_BEARS, accept("The Bear"), catalog=BEAR), "The Bear").main


def test_a_homonym_is_settled_by_its_id():
    ghosts = "[Ghosts|SHOW] Renewed\n\nThe comedy series [Ghosts|SHOW] was renewed for a new season."
    assert named(corrected(ghosts), "Ghosts").candidates == ("ghosts-2019", "ghosts-2021")
    for always in (False, True):
        tag = named(corrected(ghosts, accept("ghosts-2021", always=always)), "Ghosts")
        assert (tag.id, tag.candidates, surfaces(tag)) == ("ghosts-2021", (), ["Ghosts", "Ghosts"])


def test_a_homonym_that_was_taken_for_the_other_one_changes_places_with_it():
    british = (
        "[Ghosts|SHOW] Renewed\n\nThe BBC One comedy series [Ghosts|SHOW] was renewed. "
        "[Charlotte Ritchie|PER] stars as [Alison Cooper|CHAR]."
    )
    assert [t.id for t in corrected(british).tags if t.kind is TagKind.SHOW] == ["ghosts-2019"]
    tagging = corrected(british, accept("ghosts-2021"))
    assert [t.id for t in tagging.tags if t.kind is TagKind.SHOW] == ["ghosts-2021"]


def test_what_is_accepted_for_good_counts_only_where_it_is_written_so():
    food = "Food News\n\nThere is soul food for all. The singer of Soul Food Kitchen came."
    assert shows(corrected(food, accept("Soul Food", always=True))) == ["Soul Food"]
    assert shows(corrected(food.replace("Soul Food", "A"), accept("Soul Food", always=True))) == []
    inside = "Food News\n\nThe singer [Soul Food Kitchen|PER] came."
    assert shows(corrected(inside, accept("Soul Food", always=True))) == []


def test_a_character_that_is_accepted_as_a_person_is_one_and_plays_nobody():
    marked = "Maisel News\n\n[Rachel Brosnahan|PER] plays [Midge Maisel|CHAR] in The Marvelous Mrs. Maisel."
    before = corrected(marked)
    assert labels(before, TagKind.PERSON) == ["Rachel Brosnahan"]
    assert named(before, "Rachel Brosnahan").characters == ("Midge Maisel",)
    after = corrected(marked, accept("Midge Maisel", TagKind.PERSON))
    assert set(labels(after, TagKind.PERSON)) == {"Rachel Brosnahan", "Midge Maisel"}
    assert named(after, "Rachel Brosnahan").characters == ()


def test_a_person_that_is_rejected_may_be_a_character_who_is_played():
    marked = "Maisel News\n\n[Rachel Brosnahan|PER] plays [Midge Weiss|PER] in the drama series."
    tagging = corrected(marked, reject("Midge Weiss", TagKind.PERSON))
    assert labels(tagging, TagKind.PERSON) == ["Rachel Brosnahan"]
    assert named(tagging, "Rachel Brosnahan").characters == ("Midge Weiss",)


def test_front_matter_has_the_last_word():
    tagging = corrected(TWO_BEARS, reject("The Bear"), catalog=BEAR, owner=OwnerWord(shows=("The Bear",)))
    assert shows(tagging) == ["The Bear"]
    people = Catalog(shows=[], people=[Person(id="joel-kim", name="Joel Kim")])
    tagging = corrected(JOEL, accept("Rachel Brosnahan", TagKind.PERSON), catalog=people, owner=OwnerWord(people=()))
    assert labels(tagging, TagKind.PERSON) == []
