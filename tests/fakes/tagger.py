"""A tagger that knows a handful of names and finds them letter by letter."""

from __future__ import annotations

from collections.abc import Sequence

from feeder.model import Article, Evidence, Sentence, Tagging
from tests.builders import a_person_tag, a_show_tag

SHOWS = ("The Marvelous Mrs. Maisel", "Gilmore Girls", "This Is Us")
PEOPLE = ("Milo Ventimiglia", "Amy Sherman-Palladino", "Lauren Graham")


class FakeTagger:
    """Stands in for tagging.Tagger. Counts the articles it was given; breaks on those that hold `breaks_on`."""

    def __init__(
        self, *, shows: Sequence[str] = SHOWS, people: Sequence[str] = PEOPLE, breaks_on: str | None = None
    ) -> None:
        self.shows = tuple(shows)
        self.people = tuple(people)
        self.breaks_on = breaks_on
        self.seen: list[str] = []

    def tag(self, article: Article) -> Tagging:
        self.seen.append(article.key)
        if self.breaks_on is not None and self.breaks_on in article.text:
            raise ZeroDivisionError("the tagger met an article nobody foresaw")
        shows = tuple(a_show_tag(name, evidence=_all(article, name)) for name in self.shows if name in article.text)
        people = tuple(a_person_tag(name, evidence=_all(article, name)) for name in self.people if name in article.text)
        return Tagging(tags=shows + people)


def _all(article: Article, name: str) -> tuple[Evidence, ...]:
    found = []
    start = article.text.find(name)
    while start >= 0:
        end = start + len(name)
        first = article.text.rfind("\n", 0, start) + 1
        last = article.text.find("\n", end)
        last = len(article.text) if last < 0 else last
        sentence = Sentence(start=first, end=last, text=article.text[first:last])
        found.append(Evidence(start=start, end=end, surface=name, sentence=sentence, why="fake; p=0.97"))
        start = article.text.find(name, end)
    return tuple(found)
