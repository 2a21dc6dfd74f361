"""How many articles of about 300 words are tagged in a second, and where the time goes.

    python -m bench.tagging_speed [ARTICLES]        default 200; the shipped model and the bundled catalog
    python -m bench.tagging_speed --store [ARTICLES]    the same for articles read from files, tagged and stored

Limit: 40 articles a second on two cores. Printed for one thread and for one a core: the model runs outside of the
interpreter's lock, so threads share the cores. The peer in the same run is the model alone on the same texts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from bench.build_10k import write_articles
from feeder import catalog, config
from feeder.model import Article
from feeder.service.app import open_app
from feeder.service.ingest import ingest
from feeder.service.tagger import open_tagger
from feeder.tagging import MentionModel, Tagger
from training.annotated import DATA, load
from training.facts import facts

CORES = 2
_WORDS = (250, 350)


def texts(count: int) -> list[Article]:
    found = (facts(marked).article for marked in load(sorted(DATA.glob("*.ann"))))
    fitting = [a for a in found if _WORDS[0] <= len(a.text.split()) <= _WORDS[1]]
    return list(islice(cycle(fitting), count))


def per_second(work: Callable[[Article], object], articles: Iterable[Article], *, threads: int) -> float:
    todo = list(articles)
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, todo):
            pass
    return len(todo) / (time.perf_counter() - began)


def stored(count: int) -> None:
    """Seconds that a first build takes with each number of threads, all with the same tagger."""
    took = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles").mkdir()
        write_articles(folder / "articles", count)
        tagger = open_tagger(config.defaults(folder))
        tagger.tag(texts(1)[0])
        for threads in (1, CORES):
            path = folder / f"{threads}.toml"
            path.write_text(f'[source]\nfolder = "articles"\nsettle = "0s"\n[state]\nfolder = "state-{threads}"\n')
            settings = config.load(path)
            with open_app(settings, write=True, open_tagger=lambda _: tagger) as app:
                began, worked = time.perf_counter(), time.process_time()
                assert ingest(app, workers=threads).added == count
                took.append(time.perf_counter() - began)
                worked = time.process_time() - worked
            print(
                f"{threads} thread{'s' * (threads > 1)}: {count} articles tagged and stored in {took[-1]:.1f} s, "
                f"{count / took[-1]:.1f} a second ({worked:.1f} s of the processor)"
            )
    print(f"ratio {took[0] / took[1]:.2f}")


def main() -> None:
    if sys.argv[1:2] == ["--store"]:
        stored(int(sys.argv[2]) if sys.argv[2:] else 500)
        return
    articles = texts(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    words = sum(len(a.text.split()) for a in articles) / len(articles)
    known, model = catalog.load(), MentionModel.load()
    tagger = Tagger(catalog=known, mentions=model)

    def only_read(article: Article) -> object:
        return model.read(article.text, headline_end=article.body_start)

    tagger.tag(articles[0])  # loads the weights and builds the gazetteer
    print(f"{len(articles)} articles of {words:.0f} words; {len(known.shows)} shows, {len(known.people)} people")
    for threads in (1, CORES):
        whole = per_second(tagger.tag, articles, threads=threads)
        model_alone = per_second(only_read, articles, threads=threads)
        print(
            f"{threads} thread{'s' * (threads > 1)}: {whole:.1f} articles a second; the model alone {model_alone:.1f}, "
            f"{whole / model_alone:.0%} of its time"
        )


if __name__ == "__main__":
    main()
