"""Pictures of the pages for README.md: seeds/ as they come, the real tagger, a real browser.

    python -m bench.screenshots docs/screenshots   # README shows home, entry and entry-phone-dark

Takes the system's Chromium (Debian: apt-get install chromium); needs the extra `test`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from feeder import config, resources
from feeder.service.build import build
from feeder.service.running import running
from feeder.web import Server, site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_WATCHES = """
[alerts]
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

[[watches]]
name = "Milo Ventimiglia"
endpoint = "https://example.org/hooks/feeder"

[[watches]]
name = "Lauren Graham"
endpoint = "https://example.org/hooks/feeder"
"""
#: name, path, width, height, scheme
SHOTS = (
    ("home", "/", 1280, 860, "light"),
    ("topic", "/show/gilmore-girls", 1280, 860, "light"),
    ("entry", "", 1280, 860, "dark"),
    ("search", "/search?q=season&event=renewal", 1280, 860, "light"),
    ("home-phone", "/", 390, 844, "light"),
    ("entry-phone-dark", "", 390, 844, "dark"),
    ("watches", "/watches", 1280, 860, "light"),
    ("health", "/health", 1280, 860, "dark"),
)


@contextmanager
def served(folder: Path, seeds: Path) -> Iterator[str]:
    """The address of a feeder that serves these articles."""
    shutil.copytree(seeds, folder / "seeds")
    text = resources.config().read_text("utf-8").replace("[alerts]", "[alert-examples]", 1)
    text = text[: text.index("[alert-examples]")] + _WATCHES.lstrip()
    (folder / "config.toml").write_text(text, "utf-8")
    settings = config.load(folder / "config.toml")
    build(settings)
    started = threading.Event()
    with running(settings) as service:
        server = Server(site(service), host="127.0.0.1", port=0, on_started=lambda _: started.set())
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            started.wait(60)
            yield server.address.rstrip("/")
        finally:
            server.stop()
            thread.join()


def shoot(browser: Browser, address: str, into: Path) -> None:
    for name, path, width, height, scheme in SHOTS:
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page.goto(f"{address}{path or '/person/milo-ventimiglia'}")
        if not path:
            page.click("article a >> nth=0")
        page.screenshot(path=into / f"{name}.png")
        print(f"{name}: {page.url}")
        page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("into", type=Path)
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), options.seeds) as address,
        sync_playwright() as it,
    ):
        browser = it.chromium.launch(executable_path=CHROMIUM)
        shoot(browser, address, options.into)
        browser.close()


if __name__ == "__main__":
    main()
