"""A folder of articles and all that happens to it in a year: the script of the churn test.

Every article has a number in its text that no event touches: by it the test, and only the test, knows which article
an entry is, whatever became of its id, title, text, file or place.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

_MARK = re.compile(r"docket number ([0-9]+)")
_NAMES = ("Gilmore Girls", "Milo Ventimiglia", "The Marvelous Mrs. Maisel", "Lauren Graham", "This Is Us")
#: The first day of the script; articles are dated in the year before.
DAY_ONE = datetime(2021, 7, 1, 6, tzinfo=UTC)


@cache
def mark(text: str) -> int | None:
    """The number of the article that this is, or is of."""
    found = _MARK.search(text)
    return int(found[1]) if found else None


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprstv") + rng.choice("aeiou") for _ in range(rng.randint(3, 4)))


@dataclass(slots=True)
class Article:
    """What is written in a file, and how."""

    number: int
    key: str
    title: str
    sentences: list[str]
    dated: datetime | None  #: None: only its file has a date
    encoding: str = "utf-8"
    mtime: float = 0.0

    @classmethod
    def made(cls, number: int, published: datetime) -> Article:
        rng = random.Random(number)
        ending = ("md", "txt", "html")[number % 3]
        names = [name for at, name in enumerate(_NAMES) if number % (at + 2) == 0]
        sentences = [" ".join(_word(rng) for _ in range(12)).capitalize() + "." for _ in range(5)]
        sentences += [f"It is also about {name}, they say." for name in names]
        return cls(
            number=number,
            key=f"desk-{number % 7}/{number:05}.{ending}",
            title=f"{_word(rng)} {_word(rng)} {_word(rng)} Announced".title(),
            sentences=sentences,
            dated=published if ending != "txt" else None,
            mtime=published.timestamp(),
        )

    def bytes(self) -> bytes:
        last = f"This was filed under docket number {self.number}."
        paragraphs = [" ".join(self.sentences[:3]), " ".join(self.sentences[3:]), last]
        when = self.dated.isoformat() if self.dated else ""
        if self.key.endswith(".html"):
            body = "".join(f"<p>{it}</p>\n" for it in paragraphs)
            declared = "" if self.encoding.startswith("utf-16") else f'<meta charset="{self.encoding}">'
            text = (
                f'<!DOCTYPE html><html><head>{declared}<title>{self.title}</title><meta name="date" content="{when}">'
                f"</head><body><article><h1>{self.title}</h1>{body}</article></body></html>"
            )
        elif self.key.endswith(".md"):
            text = f'---\ntitle: "{self.title}"\ndate: "{when}"\n---\n\n' + "\n\n".join(paragraphs) + "\n"
        else:
            text = f"{self.title}\n\n" + "\n\n".join(paragraphs) + "\n"
        return text.encode(self.encoding)


@dataclass(slots=True)
class Desk:
    """The folder, and what is known about it that no file says."""

    folder: Path
    now: datetime = DAY_ONE
    address: str = "https://feeds.example.org"
    articles: dict[int, Article] = field(default_factory=dict)
    bin: dict[int, Article] = field(default_factory=dict)  #: deleted ones
    told: set[str] = field(default_factory=set)  #: what happened beside the folder: see `Event.beside`

    @classmethod
    def opened(cls, folder: Path, articles: int) -> Desk:
        desk = cls(folder)
        for number in range(articles):
            desk.put(Article.made(number, DAY_ONE - timedelta(hours=17 * (articles - number))))
        return desk

    def put(self, article: Article) -> None:
        """Write the file as the article is now."""
        path = self.folder / article.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(article.bytes())
        os.utime(path, (article.mtime, article.mtime))
        self.articles[article.number] = article

    def path(self, number: int) -> Path:
        return self.folder / self.articles[number].key

    def edit(self, number: int) -> Article:
        """To be changed and put back: saved now."""
        article = self.articles[number]
        article.mtime = self.now.timestamp()
        return article

    def files(self) -> Sequence[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens between two builds."""

    what: str
    happen: Callable[[Desk], None]
    edits: tuple[int, ...] = ()  #: articles of which a reader is to notice a change
    arrives: tuple[int, ...] = ()  #: new articles
    quiet: bool = True  #: no reader may notice anything but what is edited and what arrives


def script(articles: int) -> Iterator[Event]:
    """Fifty events for a desk of that many articles: mostly to the newest, which are in the feeds."""
    last = articles - 1
    fresh = iter(range(articles, articles + 10_000))

    def new(count: int, what: str, *, age: timedelta = timedelta()) -> Event:
        numbers = tuple(next(fresh) for _ in range(count))

        def arrive(desk: Desk) -> None:
            for number in numbers:
                desk.put(Article.made(number, desk.now - age))

        return Event(what, arrive, arrives=numbers)

    yield typo(last - 1)
    yield rename(last - 2, "renamed")
    yield touch(last - 3)
    yield new(4, "four articles arrive")
    yield title(last - 4)
    yield encoding(last - 5, "utf-16")
    yield delete(last - 6)
    yield copy(last - 7)
    yield restore(last - 6)
    yield beside("restart")
    yield move(last - 8, "archive/2021")
    yield body(last - 9)
    yield beside("clock an hour back")
    yield typo(last - 10)
    yield new(1, "an article of last year arrives late", age=timedelta(days=400))
    yield beside("a tag rule", quiet=False)
    yield touch(last - 11)
    yield new(3, "three articles arrive, the build is killed")
    yield typo(3)
    yield encoding(last - 12, "utf-8-sig")
    yield rename(last - 13, "ÜBER Straße")
    yield beside("time zone")
    yield swap(last - 14, last - 17)
    yield beside("a topic", quiet=False)
    yield title(last - 15)
    yield delete(last - 16)
    yield new(2, "two articles arrive")
    yield restore(last - 16)
    yield beside("a new domain", quiet=False)
    yield copy(last - 18)
    yield drop_original(last - 18)
    yield new(5, "five articles arrive, the build is killed")
    yield body(last - 19)
    yield beside("templates", quiet=False)
    yield move(last - 20, "elsewhere")
    yield typo(last - 21)
    yield touch_all()
    yield beside("a topic is renamed")
    yield title(last - 22)
    yield edited_and_moved(last - 23)
    yield beside("a new program", quiet=False)
    yield encoding(last - 24, "utf-16")
    yield beside("the folder is not mounted")
    yield new(1, "one article arrives")
    yield beside("a correction", quiet=False)
    yield body(10)
    yield new(6, "six articles arrive, the build is killed")
    yield beside("the clock goes on by a night")
    yield beside("the state is lost and restored")
    yield typo(last - 25)


def random_script(articles: int, events: int, seed: int) -> Iterator[Event]:
    """As many events as wanted, drawn by the seed: to any article that is there, the newest more often."""
    rng = random.Random(seed)
    alive, fresh = list(range(articles)), articles
    due: list[tuple[int, int]] = []  # (when, the deleted article that comes back)
    copied: set[int] = set()
    kinds = [typo, title, body, touch, edited_and_moved, delete, copy, *(rename, move, encoding) * 2]
    for at in range(events):
        if due and due[0][0] <= at:
            number = due.pop(0)[1]
            alive.append(number)
            alive.sort()
            yield restore(number)
            continue
        if rng.random() < 0.2:
            count = rng.randint(1, 20)
            numbers = tuple(range(fresh, fresh + count))
            fresh += count
            alive += numbers
            yield _arrival(numbers, killed=rng.random() < 0.1)
            continue
        kind = rng.choice(kinds)
        number = alive[-1 - min(int(rng.expovariate(1 / 40)), len(alive) - 1)]
        if kind in (delete, copy) and number in copied:
            kind = touch
        if kind is rename:
            yield rename(number, f"name {at}")
        elif kind is move:
            yield move(number, f"folder {at % 9}")
        elif kind is encoding:
            yield encoding(number, rng.choice(("utf-16", "utf-8-sig", "utf-8")))
        elif kind is delete:
            alive.remove(number)
            due.append((at + 2, number))
            yield delete(number)
        else:
            if kind is copy:
                copied.add(number)
            yield kind(number)  # type: ignore[operator]  # the rest take a number alone


def _arrival(numbers: tuple[int, ...], *, killed: bool) -> Event:
    def arrive(desk: Desk) -> None:
        for number in numbers:
            desk.put(Article.made(number, desk.now))

    return Event(f"{len(numbers)} arrive{', the build is killed' if killed else ''}", arrive, arrives=numbers)


# -- what can happen to an article ------------------------------------------------------------------------------------


def typo(number: int) -> Event:
    def happen(desk: Desk) -> None:
        article = desk.edit(number)
        article.sentences[1] = article.sentences[1].replace("a", "aa", 1).replace("o", "oo", 1) + " Really."
        desk.put(article)

    return Event(f"a typo in {number}", happen, edits=(number,))


def title(number: int) -> Event:
    def happen(desk: Desk) -> None:
        article = desk.edit(number)
        article.title = f"Exclusive: {article.title} at Last"
        desk.put(article)

    return Event(f"another title for {number}", happen, edits=(number,))


def body(number: int) -> Event:
    def happen(desk: Desk) -> None:
        article = desk.edit(number)
        article.sentences[0] = "Nothing of what was said before is true any longer, as the network has now explained."
        article.sentences[2] = "It has apologised to all who were concerned and announced another statement for Monday."
        desk.put(article)

    return Event(f"another body for {number}", happen, edits=(number,))


def rename(number: int, name: str) -> Event:
    def happen(desk: Desk) -> None:
        article, path = desk.articles[number], desk.path(number)
        article.key = f"{Path(article.key).parent}/{name}{path.suffix}"
        path.rename(desk.path(number))

    return Event(f"{number} is renamed", happen)


def move(number: int, folder: str) -> Event:
    def happen(desk: Desk) -> None:
        article, path = desk.articles[number], desk.path(number)
        article.key = f"{folder}/{path.name}"
        desk.path(number).parent.mkdir(parents=True, exist_ok=True)
        path.rename(desk.path(number))

    return Event(f"{number} is moved", happen)


def edited_and_moved(number: int) -> Event:
    def happen(desk: Desk) -> None:
        desk.path(number).unlink()
        article = desk.edit(number)
        article.key = f"moved/{number}{Path(article.key).suffix}"
        article.mtime = desk.now.timestamp()
        desk.put(article)

    return Event(f"{number} is saved anew elsewhere", happen)


def touch(number: int) -> Event:
    def happen(desk: Desk) -> None:
        desk.put(desk.edit(number))

    return Event(f"{number} is touched", happen)


def touch_all() -> Event:
    def happen(desk: Desk) -> None:
        for path in desk.files():
            os.utime(path, (desk.now.timestamp(), desk.now.timestamp()))

    return Event("all files are copied to another disk", happen)


def encoding(number: int, name: str) -> Event:
    def happen(desk: Desk) -> None:
        article = desk.edit(number)
        article.encoding = name
        desk.put(article)

    return Event(f"{number} is saved as {name}", happen)


def delete(number: int) -> Event:
    def happen(desk: Desk) -> None:
        desk.path(number).unlink()
        desk.bin[number] = desk.articles.pop(number)

    return Event(f"{number} is deleted", happen)


def restore(number: int) -> Event:
    """Within a day: after one, Thunderbird has forgotten it, and would take it for new in any feed."""

    def happen(desk: Desk) -> None:
        article = desk.bin.pop(number)
        article.mtime = desk.now.timestamp()
        desk.put(article)

    return Event(f"{number} is restored", happen)


def copy(number: int) -> Event:
    def happen(desk: Desk) -> None:
        path = desk.path(number)
        (path.parent / f"copy of {path.name}").write_bytes(path.read_bytes())

    return Event(f"{number} is copied", happen)


def drop_original(number: int) -> Event:
    def happen(desk: Desk) -> None:
        path = desk.path(number)
        path.unlink()
        desk.articles[number].key = path.with_name(f"copy of {path.name}").relative_to(desk.folder).as_posix()

    return Event(f"the original of {number} is deleted", happen)


def swap(one: int, other: int) -> Event:
    def happen(desk: Desk) -> None:
        a, b = desk.path(one), desk.path(other)
        spare = desk.folder.parent / "spare"
        a.rename(spare)
        b.rename(a)
        spare.rename(b)
        desk.articles[one].key, desk.articles[other].key = desk.articles[other].key, desk.articles[one].key

    return Event(f"{one} and {other} change places", happen)


def beside(what: str, *, quiet: bool = True) -> Event:
    """Something that does not happen in the folder."""

    def happen(desk: Desk) -> None:
        if what == "clock an hour back":
            desk.now -= timedelta(hours=8)  # the step that goes before each event is seven
        elif what == "the clock goes on by a night":
            desk.now += timedelta(hours=9)
        elif what == "a new domain":
            desk.address = "https://elsewhere.example"

    return Event(what, happen, quiet=quiet)
