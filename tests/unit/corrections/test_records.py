"""Which corrections speak of an article."""

from __future__ import annotations

from dataclasses import replace

from feeder.corrections import Corrections, Line, subject_of
from feeder.model import Article, Correction, TagKind, Verdict
from tests.builders import an_article

ARTICLE = an_article(key="bear.txt", title="Bear Market Season Two Is Announced", body="Bear and The Bear return.")


def said(
    name: str = "Bear",
    *,
    verdict: Verdict = Verdict.REJECT,
    about: Article | None = None,
    kind: TagKind = TagKind.SHOW,
) -> Line:
    return Line(
        correction=Correction(verdict=verdict, kind=kind, name=name, always=about is None),
        article=subject_of(about) if about else None,
    )


def names(article: Article, *lines: Line) -> list[str]:
    return [f"{c.verdict} {c.name}" for c in Corrections(lines).about(article)]


def test_a_correction_follows_its_article_when_the_file_is_renamed():
    assert names(replace(ARTICLE, key="2021/other.txt"), said(about=ARTICLE)) == ["reject Bear"]


def test_a_correction_stays_with_its_article_when_the_text_is_edited():
    edited = replace(ARTICLE, digest="0" * 64, title="Bear Market: Season Two Announced", text="Another text.")
    assert names(edited, said(about=ARTICLE)) == ["reject Bear"]


def test_another_article_under_an_old_name_is_not_corrected():
    other = an_article(key="bear.txt", title="Ghosts Renewed for a Fifth Year")
    assert names(other, said(about=ARTICLE)) == []


def test_another_article_with_the_same_headline_is_not_corrected():
    assert names(replace(ARTICLE, key="copy.txt", digest="0" * 64), said(about=ARTICLE)) == []


def test_what_is_said_for_good_counts_wherever_the_name_is_written_as_whole_words():
    assert names(ARTICLE, said("bear")) == ["reject bear"]
    assert names(ARTICLE, said("Bea"), said("The Bear Hunt")) == []


def test_what_is_said_for_good_of_an_id_counts_everywhere():
    assert names(ARTICLE, said("ghosts-2021")) == ["reject ghosts-2021"]


def test_the_word_about_one_article_comes_after_the_word_for_good_and_yes_after_no():
    lines = [
        said("Bear", verdict=Verdict.ACCEPT, about=ARTICLE),
        said("The Bear", about=ARTICLE),
        said("Bear", verdict=Verdict.ACCEPT),
        said("The Bear"),
    ]
    assert names(ARTICLE, *lines) == ["reject The Bear", "accept Bear", "reject The Bear", "accept Bear"]


def test_of_two_words_about_one_name_the_later_one_counts():
    assert names(ARTICLE, said("Bear", verdict=Verdict.ACCEPT), said("BEAR")) == ["reject BEAR"]


def test_an_article_nobody_spoke_about_is_tagged_as_it_is():
    assert Corrections((said("Ghosts"),)).spoken(ARTICLE) is ARTICLE
