"""What a subscriber and an owner notice of tagging, one short article each."""

# ruff: noqa: E501 - articles and catalog rows are easier to read in one line each
from __future__ import annotations

from dataclasses import replace

import pytest

from feeder.model import EventType, OwnerWord, Role
from tests.unit.tagging.desk import article, named, people, shows, tagged

MAISEL = (
    "[Milo Ventimiglia|PER] Spotted on the Set of [Mrs. Maisel|SHOW]\n\n"
    "[Milo Ventimiglia|PER] has joined the fourth season of [The Marvelous Mrs. Maisel|SHOW], [TVLine|OUT] reports. "
    "[Ventimiglia|PER] worked with creator [Amy Sherman-Palladino|PER] and executive producer [Daniel Palladino|PER] on "
    "[Gilmore Girls|SHOW]. [Rachel Brosnahan|PER] plays [Midge Maisel|CHAR], and [Michael Zegen|PER] plays her ex-husband "
    "[Joel|CHAR]. [Jane Lynch|PER] also stars as [Sophie Lennon|CHAR].\n\n"
    "[Palladino|PER] said that [Midge|CHAR] goes on tour."
)


def test_a_short_form_is_not_a_second_feed() -> None:
    assert shows(tagged(MAISEL)) == ["The Marvelous Mrs. Maisel", "Gilmore Girls"]


def test_characters_and_outlets_never_become_people() -> None:
    assert set(people(tagged(MAISEL))) == {
        "Milo Ventimiglia", "Amy Sherman-Palladino", "Daniel Palladino", "Rachel Brosnahan", "Michael Zegen", "Jane Lynch",
    }  # fmt: skip


def test_each_actor_is_tagged_with_the_part_the_article_gives() -> None:
    tagging = tagged(MAISEL)
    parts = {label: named(tagging, label).characters for label in people(tagging)}
    assert parts["Rachel Brosnahan"] == ("Midge Maisel",)
    assert parts["Michael Zegen"] == ("Joel",)
    assert parts["Jane Lynch"] == ("Sophie Lennon",)
    assert parts["Milo Ventimiglia"] == ()


def test_playing_somebody_of_a_character_is_not_playing_the_character() -> None:
    tagging = tagged(
        "Cast News\n\n[Kim Sample|PER] plays [Midge|CHAR]'s ex-husband [Joel|CHAR] in [Gilmore Girls|SHOW]."
    )
    assert "Midge" not in named(tagging, "Kim Sample").characters


def test_creators_and_producers_are_not_actors() -> None:
    tagging = tagged(MAISEL)
    assert Role.CREATOR in named(tagging, "Amy Sherman-Palladino").roles
    assert Role.PRODUCER in named(tagging, "Daniel Palladino").roles
    for label in ("Amy Sherman-Palladino", "Daniel Palladino"):
        assert Role.ACTOR not in named(tagging, label).roles


def test_palladino_alone_is_not_sherman_palladino() -> None:
    tagging = tagged(MAISEL)
    assert [e.surface for e in named(tagging, "Daniel Palladino").evidence] == ["Daniel Palladino", "Palladino"]
    assert [e.surface for e in named(tagging, "Amy Sherman-Palladino").evidence] == ["Amy Sherman-Palladino"]


def test_the_headline_subject_is_main_and_the_older_show_is_in_passing() -> None:
    tagging = tagged(MAISEL)
    assert named(tagging, "Milo Ventimiglia").main
    assert named(tagging, "The Marvelous Mrs. Maisel").main
    assert not named(tagging, "Gilmore Girls").main
    assert not named(tagging, "Jane Lynch").main


def test_every_tag_and_event_shows_the_words_and_the_sentence_that_prove_it() -> None:
    made, _ = article(MAISEL)
    tagging = tagged(MAISEL)
    for found in (*tagging.tags, *tagging.events):
        assert found.evidence
        for evidence in found.evidence:
            assert made.text[evidence.start : evidence.end] == evidence.surface
            assert made.text[evidence.sentence.start : evidence.sentence.end] == evidence.sentence.text
            assert evidence.sentence.start <= evidence.start < evidence.end <= evidence.sentence.end
            assert evidence.why


def test_the_same_article_gives_the_same_tags() -> None:
    assert tagged(MAISEL) == tagged(MAISEL)


def test_two_shows_of_one_title_are_told_apart_by_the_cast() -> None:
    tagging = tagged("[Ghosts|SHOW] Renewed\n\n[Ghosts|SHOW] star [Rose McIver|PER] will be back, [CBS|NET] said.")
    assert named(tagging, "Ghosts").id == "ghosts-2021"
    assert named(tagging, "Ghosts").candidates == ()
    tagging = tagged(
        "[Ghosts|SHOW] Is Ending\n\n[Ghosts|SHOW] star [Charlotte Ritchie|PER] will say goodbye on [BBC One|NET]."
    )
    assert named(tagging, "Ghosts").id == "ghosts-2019"


def test_two_shows_of_one_title_without_a_clue_stay_open() -> None:
    tag = named(tagged("What to Watch\n\nThe comedy [Ghosts|SHOW] is back for another season tonight."), "Ghosts")
    assert tag.candidates == ("ghosts-2019", "ghosts-2021")
    assert tag.score <= 0.5


def test_two_people_of_one_name_are_told_apart_by_their_show_or_stay_open() -> None:
    clear = tagged("Looking Back\n\n[Vanessa Williams|PER] starred in [Ugly Betty|SHOW] for four seasons.")
    assert named(clear, "Vanessa Williams").id == "vanessa-l-williams"
    assert named(clear, "Vanessa Williams").candidates == ()
    unclear = tagged("Guests\n\nThe actress [Vanessa Williams|PER] will be on stage in Boston.")
    assert named(unclear, "Vanessa Williams").candidates == ("vanessa-a-williams", "vanessa-l-williams")


def test_a_franchise_and_its_spinoff_are_two_shows_and_an_acronym_is_none_of_its_own() -> None:
    tagging = tagged(
        "[SVU|SHOW] Makes History\n\nThe drama [Law & Order: SVU|SHOW] has run longer than [Law & Order|SHOW], and [SVU|SHOW] is not done."
    )
    assert [t.id for t in tagging.tags] == ["law-and-order-svu", "law-and-order"]


def test_a_surname_of_two_people_goes_to_the_one_named_last_before_it() -> None:
    tagging = tagged(
        "Two Chefs\n\n[Sterling K. Brown|PER] won an Emmy. [Brown|PER] thanked the cast. "
        "[Millie Bobby Brown|PER] presented the award. Then [Brown|PER] left the stage."
    )
    sterling, millie = named(tagging, "Sterling K. Brown"), named(tagging, "Millie Bobby Brown")
    assert [e.surface for e in sterling.evidence] == ["Sterling K. Brown", "Brown"]
    assert [e.surface for e in millie.evidence] == ["Millie Bobby Brown", "Brown"]


@pytest.mark.parametrize(
    ("first", "again", "label"),
    [
        ("Michael Schur", "Mike Schur", "Michael Schur"),
        ("J.K. Simmons", "J. K. Simmons", "J.K. Simmons"),
        ("Penélope Cruz", "Penelope Cruz", "Penélope Cruz"),
        ("Julia Louis-Dreyfus", "Louis-Dreyfus", "Julia Louis-Dreyfus"),
        ("Robert Downey Jr.", "Downey", "Robert Downey Jr."),
        ("Robert Del Naja", "Del Naja", "Robert Del Naja"),
        ("MILO VENTIMIGLIA", "Ventimiglia", "Milo Ventimiglia"),
    ],
)
def test_another_spelling_of_a_name_is_not_a_second_person(first: str, again: str, label: str) -> None:
    found = people(tagged(f"News\n\nThe actor [{first}|PER] is back. [{again}|PER] said so on Monday."))
    assert len(found) == 1
    assert found[0].replace("J. K.", "J.K.").replace("Mike", "Michael").replace("Penelope", "Penélope") == label


def test_brothers_named_together_both_get_their_surname() -> None:
    found = people(
        tagged("New Series\n\n[Matt|PER] and [Ross Duffer|PER] created the drama, said producer [Shawn Levy|PER].")
    )
    assert set(found) == {"Matt Duffer", "Ross Duffer", "Shawn Levy"}


def test_a_surname_alone_is_the_one_person_of_that_name_in_a_show_of_the_article() -> None:
    tagging = tagged(
        "The End\n\n[The Marvelous Mrs. Maisel|SHOW] ends in May. What is next, [Brosnahan|PER] will not say."
    )
    found = named(tagging, "Rachel Brosnahan")
    assert (found.id, found.known, found.candidates) == ("rachel-brosnahan", True, ())
    assert people(tagged("The End\n\n[You|SHOW] ends in May. What is next, [Brosnahan|PER] will not say.")) == []


def test_two_first_names_together_are_the_couple_that_makes_the_show() -> None:
    text = (
        "The End\n\n[The Marvelous Mrs. Maisel|SHOW] ends in May. [Amy|PER] and [Daniel|PER] told the crew on Friday."
    )
    assert set(people(tagged(text))) == {"Amy Sherman-Palladino", "Daniel Palladino"}
    assert people(tagged(text.replace(" and ", " told "))) == []
    assert people(tagged(text.replace("[Daniel|PER]", "[Dolores|PER]"))) == []


def test_the_family_name_in_the_plural_speaks_of_all_of_them() -> None:
    tagging = tagged(
        "A Deal\n\nThe producers [Amy Palladino|PER] and [Daniel Palladino|PER] signed with [Prime Video|NET]. "
        "The [Palladinos|PER] start in May."
    )
    for label in ("Amy Palladino", "Daniel Palladino"):
        assert named(tagging, label).evidence[-1].surface == "Palladinos"


def test_related_links_captions_and_bylines_leave_no_tags() -> None:
    tagging = tagged(
        "[You|SHOW] Is Back\n\nBy [Pat Example|PER]\n\n[Netflix|NET] has renewed [You|SHOW] for a fourth season.\n\n"
        "RELATED: [Lost|SHOW] Star [Evangeline Lilly|PER] Looks Back\n\n(Photo by [Ken Sample|PER]/Getty Images)"
    )
    assert (shows(tagging), people(tagging)) == (["You"], [])


def test_a_show_and_a_person_no_catalog_knows_are_tagged_under_an_id_of_their_own() -> None:
    tagging = tagged(
        "[Harbour Nine|SHOW] Renewed\n\nThe drama “[Harbour Nine|SHOW]” stars [Imani Oduya-Bright|PER] as a pilot. Season 2 of [Harbour Nine|SHOW] airs in May."
    )
    show, person = named(tagging, "Harbour Nine"), named(tagging, "Imani Oduya-Bright")
    assert (show.id, show.known) == ("harbour-nine", False)
    assert (person.id, person.known) == ("imani-oduya-bright", False)


def test_a_renewal_names_its_show_and_the_sentence() -> None:
    tagging = tagged(
        "[Netflix|NET] Renews ‘[You|SHOW]’ for Season 4\n\n[Netflix|NET] has renewed [You|SHOW] for a fourth season.",
        told={EventType.RENEWAL: "You"},
    )
    event = next(e for e in tagging.events if e.type is EventType.RENEWAL)
    assert event.show == "you"
    assert "renew" in event.evidence[0].sentence.text.lower()


def test_the_owners_word_is_all_there_is_of_its_kind() -> None:
    tagging = tagged(MAISEL, owner=OwnerWord(shows=("mrs. maisel", "Bunheads")))
    assert [(t.label, t.score, t.main) for t in tagging.tags if t.kind.value == "show"] == [
        ("The Marvelous Mrs. Maisel", 1.0, True),
        ("Bunheads", 1.0, False),
    ]
    assert named(tagging, "Bunheads").evidence == ()
    assert {e.why for e in named(tagging, "The Marvelous Mrs. Maisel").evidence} >= {"the owner's word"}
    assert "Milo Ventimiglia" in people(tagging)


def test_an_owner_may_say_that_nobody_is_meant() -> None:
    assert people(tagged(MAISEL, owner=OwnerWord(people=()))) == []


def test_an_article_without_names_has_no_tags() -> None:
    tagging = tagged("The weather\n\nIt rained all day and nobody was on the beach.")
    assert (tagging.tags, tagging.mentions) == ((), ())


def test_a_person_without_any_sign_of_a_role_is_not_an_actor() -> None:
    tag = named(tagged("A Day Out\n\nThe weather was fine, and near the harbour stood [Kim Sample|PER]."), "Kim Sample")
    assert tag.roles == ()


def test_text_without_a_headline_of_its_own_is_tagged_too() -> None:
    assert shows(tagged("The drama [Gilmore Girls|SHOW] is on again.")) == ["Gilmore Girls"]


def test_tags_stand_in_reading_order_main_ones_first() -> None:
    tagging = tagged(MAISEL)
    keys = [(t.kind.value == "person", not t.main, t.evidence[0].start) for t in tagging.tags]
    assert keys == sorted(keys)
    assert replace(tagging, tags=tagging.tags) == tagging


def test_a_season_cut_off_before_its_number_is_no_part_of_the_title() -> None:
    tagging = tagged(
        "News of Mrs. Maisel\n\n“[The Marvelous Mrs. Maisel Season|SHOW] 4 is late,” said "
        "[Rachel Brosnahan|PER]. [The Marvelous Mrs. Maisel|SHOW] is filmed in New York."
    )
    assert shows(tagging) == ["The Marvelous Mrs. Maisel"]
