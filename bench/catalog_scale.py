"""What a large imported catalog costs: time to be ready, memory, and time an article, beside the bundled catalog alone.

    python -m bench.catalog_scale            10,000 shows and 40,000 people, then 1,000,000 names
    python -m bench.catalog_scale --names 200000

Times are of the processor: they do not depend on what else the machine does. Limits: 10,000 shows and 40,000 people are
ready within 2 s; 1,000,000 names cost at most 300 MB and 1 ms an article more.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_SYLLABLES = re.findall(
    "[b-df-hj-np-tv-z]+[aeiou][lnr]?", "bacalcordadelfagarhakelalenlomarminopelarenrisatelvawinyoze"
)

# One process for each figure, so that memory is its own.
_MEASURE = """
import json, sys, time
from pathlib import Path
from feeder import catalog
from feeder.text import clean
imported = Path(sys.argv[1]) if sys.argv[1] else None
texts = [clean(path.read_text(errors="replace")) for path in sorted(Path(sys.argv[2]).glob("*.txt"))]
def memory(what):  # in MB; getrusage would tell the peak of the parent, too
    status = Path("/proc/self/status").read_text()
    return int(status.split(what + ":")[1].split()[0]) / 1024
begun = time.process_time()
known = catalog.load(imported=imported)
known.hits("ready")
ready = time.process_time() - begun
settled = memory("VmRSS")
times = []
for _ in range(5):
    begun = time.process_time()
    found = sum(len(known.hits(text)) for text in texts)
    times.append((time.process_time() - begun) / len(texts))
print(json.dumps({"ready": ready, "settled": settled, "ms": min(times) * 1000,
                  "peak": memory("VmHWM"), "hits": found,
                  "counts": known.counts(), "names": len(known._gazetteer)}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000_000, help="of the large catalog")
    names = parser.parse_args().names
    with tempfile.TemporaryDirectory() as folder:
        small = _imported(Path(folder) / "small", shows=10_000, people=40_000)
        large = _imported(Path(folder) / "large", shows=names // 5, people=names - names // 5)
        bundled, middle, big = (_measure(path) for path in (None, small, large))
    print(f"{'':28}{'ready':>9}{'memory':>10}{'peak':>10}{'an article':>13}  names")
    for label, figures in (("bundled", bundled), ("10,000 + 40,000", middle), ("large", big)):
        print(
            f"{label:28}{figures['ready']:7.2f} s{figures['settled']:7.0f} MB{figures['peak']:7.0f} MB"
            f"{figures['ms']:10.3f} ms  {figures['names']}"
        )
    more, slower = big["settled"] - bundled["settled"], big["ms"] - bundled["ms"]
    print(
        f"limits: ready {middle['ready']:.2f} of 2 s; {more:.0f} of 300 MB more; {slower:.3f} of 1 ms an article more"
    )


def _measure(path: Path | None) -> dict[str, float]:
    command = [sys.executable, "-c", _MEASURE, str(path or ""), str(ROOT / "seeds")]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def _imported(folder: Path, *, shows: int, people: int) -> Path:
    """A catalog of made-up names, imported from IMDb's tables as anybody's would be."""
    from feeder import catalog
    from feeder.catalog.importing import Options, import_files
    from feeder.catalog.importing.imdb import TABLES

    folder.mkdir()
    for name, rows in (
        ("title.basics", _titles(shows)),
        ("title.principals", _parts(shows, people)),
        ("name.basics", _people(people)),
    ):
        with (folder / f"{name}.tsv").open("w") as file:
            file.write(TABLES[name].decode() + "\n")
            file.writelines("\t".join(row) + "\n" for row in rows)
    into = folder / "imported.db"
    begun = time.process_time()
    report = import_files(
        sorted(folder.glob("*.tsv")), into=into, known=catalog.load(), options=Options(), progress=lambda *_: None
    )
    print(f"imported {report.shows} shows and {report.people} people in {time.process_time() - begun:.0f} s")
    return into


def _titles(number: int) -> Iterator[tuple[str, ...]]:
    draw = random.Random(1)
    articles = " ".join(path.read_text(errors="replace") for path in sorted((ROOT / "seeds").glob("*.txt")))
    common = sorted({word.lower() for word in re.findall(r"[A-Za-z]{3,}", articles)})
    for n in range(number):
        # half of the words are such as articles are full of
        words = [draw.choice(common) if draw.random() < 0.5 else _word(draw) for _ in range(draw.choice((1, 2, 2, 3)))]
        title = " ".join(words).title()
        yield f"tt{n:07}", "tvSeries", title, title, "0", str(1950 + n % 75), "\\N", "\\N", "\\N"


def _parts(shows: int, people: int) -> Iterator[tuple[str, ...]]:
    for n in range(people):
        yield f"tt{n % shows:07}", str(n // shows + 1), f"nm{n:07}", "actor", "\\N", "\\N"


def _people(number: int) -> Iterator[tuple[str, ...]]:
    draw = random.Random(2)
    for n in range(number):
        yield f"nm{n:07}", f"{_word(draw)} {_word(draw)}".title(), "\\N", "\\N", "actor", "\\N"


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_SYLLABLES) for _ in range(draw.choice((2, 2, 3))))


if __name__ == "__main__":
    main()
