"""feeder build over generated articles: time, memory, and what a second build costs.

    python bench/build_10k.py [ARTICLES]            default 10,000

Limits: memory under 300 MB; the second build, without a change, under 2 % of the first one's time; prints both and
exits with 1 where one is passed. The peer is the same work without feeder's store and feeds: reading and tagging the
same articles in the same process (what the build cannot do without).

What limits it: the mention model takes most of the first build; the second one is a directory scan (stat of every
file) and one look into the database.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEMORY = 300  # MB
SECOND = 0.02  # of the first build's time

_SHOWS = ("Gilmore Girls", "This Is Us", "The Crown", "Better Call Saul", "Severance", "Fargo", "Abbott Elementary")
_PEOPLE = ("Milo Ventimiglia", "Lauren Graham", "Bob Odenkirk", "Quinta Brunson", "Adam Scott", "Claire Foy")
_ACTS = ("joins the cast of", "leaves", "directs two episodes of", "talks about", "returns to", "is nominated for")
_FILLER = (
    "The network made the announcement on {day} and gave no further details.",
    "Production of season {n} begins in {city}, according to people close to the studio.",
    "Critics praised the last season, which drew {n} million viewers on its first night.",
    "A spokeswoman for the studio declined to say how many episodes were ordered.",
    "{person} was not available for comment.",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_CITIES = ("Vancouver", "Atlanta", "Toronto", "London", "Albuquerque")


def write_articles(folder: Path, number: int) -> None:
    """The same ones every time; about 250 words each."""
    dice = random.Random(42)
    for n in range(number):
        show, person = dice.choice(_SHOWS), dice.choice(_PEOPLE)
        title = f"{person} {dice.choice(_ACTS)} {show}"
        paragraphs = []
        for _ in range(5):
            sentences = [
                dice.choice(_FILLER).format(
                    day=dice.choice(_DAYS),
                    n=dice.randint(2, 99),
                    city=dice.choice(_CITIES),
                    person=dice.choice(_PEOPLE),
                )
                for _ in range(4)
            ]
            paragraphs.append(" ".join(sentences))
        date = f"2021-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        text = f'---\ntitle: "{title}"\ndate: {date}\n---\n\n{title}, report {n}.\n\n' + "\n\n".join(paragraphs) + "\n"
        path = folder / f"{n // 1000:03}" / f"{n:06}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def measured(folder: Path, what: str) -> dict[str, float]:
    """Seconds and MB of one run in a process of its own."""
    output = subprocess.run(
        [sys.executable, __file__, "--run", what, str(folder)], check=True, capture_output=True, text=True
    ).stdout
    found: dict[str, float] = json.loads(output)
    return found


def run(what: str, folder: Path) -> dict[str, float]:
    from feeder import config

    settings = config.load(folder / "config.toml")
    begun = time.perf_counter()
    if what == "build":
        from feeder.service.build import build

        build(settings)
    else:
        from feeder.service.analyse import analyse
        from feeder.service.tagger import open_tagger

        for _ in analyse([settings.source_folder], settings=settings, tagger=open_tagger(settings), now=time.time()):
            pass
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main(number: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles").mkdir()
        (folder / "config.toml").write_text('[source]\nfolder = "articles"\nsettle = "0s"\n')
        write_articles(folder / "articles", number)
        peer = measured(folder, "analyse")
        first, second = measured(folder, "build"), measured(folder, "build")
    share = second["seconds"] / first["seconds"]
    print(f"{number} articles        seconds  per second  peak MB")
    for label, row in (("reading and tagging", peer), ("first build", first), ("second build", second)):
        print(f"{label:20} {row['seconds']:10.2f} {number / row['seconds']:11.0f} {row['mb']:8.0f}")
    print(f"store and feeds cost {first['seconds'] / peer['seconds'] - 1:.0%} on top of reading and tagging")
    print(f"second build: {share:.2%} of the first (limit {SECOND:.0%}); memory limit {MEMORY} MB")
    return int(share > SECOND or max(first["mb"], second["mb"]) > MEMORY)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(run(sys.argv[2], Path(sys.argv[3]))))
    else:
        sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 10_000))
