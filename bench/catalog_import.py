"""Ten million rows of IMDb's tables imported: time, and the memory of the process that does it.

    python -m bench.catalog_import              10,000,000 rows; wants some 2 GB in the folder for temporary files
    python -m bench.catalog_import --rows 100000

Limit: 300 MB. The rows are made up on the fly, in the shares that IMDb's tables have: one title in thirty is a series,
half of the rows say who was in a title, a fifth are names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from feeder.catalog.importing.imdb import TABLES

ROOT = Path(__file__).parents[1]
_SERIES_EVERY = 30  # titles
_SYLLABLES = ("ba", "cor", "del", "fa", "gar", "ha", "kel", "lo", "mar", "nin", "pe", "ra", "sol", "ten", "vi", "wen")

_IMPORT = """
import json, sys, time
from pathlib import Path
from feeder import catalog
from feeder.catalog.importing import Options, import_files
folder = Path(sys.argv[1])
begun, used = time.monotonic(), time.process_time()
report = import_files(sorted(folder.glob("*.tsv")), into=folder / "imported.db", known=catalog.load(),
                      options=Options(), progress=lambda *_: None)
status = Path("/proc/self/status").read_text()  # getrusage would tell the peak of the parent, too
print(json.dumps({"seconds": time.monotonic() - begun, "processor": time.process_time() - used, "shows": report.shows,
                  "people": report.people, "peak": int(status.split("VmHWM:")[1].split()[0]) / 1024,
                  "size": (folder / "imported.db").stat().st_size / 1e6}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="in all")
    rows = parser.parse_args().rows
    titles, parts, names = rows * 3 // 10, rows // 2, rows // 5
    with tempfile.TemporaryDirectory() as folder:
        for table, made in (
            ("title.basics", _titles(titles)),
            ("title.principals", _parts(parts, titles, names)),
            ("name.basics", _names(names)),
        ):
            with (Path(folder) / f"{table}.tsv").open("w") as file:
                file.write(f"{TABLES[table].decode()}\n")
                file.writelines(made)
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        command = [sys.executable, "-c", _IMPORT, folder]
        done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
    print(
        f"{rows} rows ({size:.0f} MB): {done['shows']} shows and {done['people']} people in {done['seconds']:.0f} s "
        f"({done['processor']:.0f} s of the processor), peak {done['peak']:.0f} of 300 MB; "
        f"the result has {done['size']:.0f} MB"
    )


def _titles(number: int) -> Iterator[str]:
    for n in range(number):
        kind = "tvSeries" if n % _SERIES_EVERY == 0 else "movie"
        yield f"tt{n:07}\t{kind}\t{_name(n)}\t{_name(n)}\t0\t{1950 + n % 75}\t\\N\t45\tDrama\n"


def _parts(number: int, titles: int, names: int) -> Iterator[str]:
    each = max(1, number // titles)
    for n in range(number):
        title, place = divmod(n, each + 1)
        yield f'tt{title % titles:07}\t{place + 1}\tnm{(n * 7919) % names:07}\tactor\t\\N\t["{_name(n // 3)}"]\n'


def _names(number: int) -> Iterator[str]:
    for n in range(number):
        yield f"nm{n:07}\t{_name(n)}\t\\N\t\\N\tactor\t\\N\n"


def _name(n: int) -> str:
    """Two words, different for different numbers up to some billions."""
    words = []
    for part in (n % 65_536, n // 65_536 + n % 97):
        word = ""
        for _ in range(4):
            part, at = divmod(part, len(_SYLLABLES))
            word += _SYLLABLES[at]
        words.append(word.capitalize())
    return " ".join(words)


if __name__ == "__main__":
    main()
