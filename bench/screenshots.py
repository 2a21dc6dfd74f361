"""Pictures of the pages for README.md: seeds/ as they come, the real tagger, a real browser.

    python -m bench.screenshots docs/screenshots   # README shows home, entry, entry-phone-dark, watch, watch-tried

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

[owner]
token = "token-for-the-pictures-alone"

[[endpoints]]
name = "newsdesk"
url = "https://example.org/hooks/feeder"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

[[endpoints]]
name = "phone"
kind = "ntfy"
url = "https://ntfy.example.org/news"

[[watches]]
name = "Milo Ventimiglia"
endpoint = ["newsdesk", "phone"]
quiet = "22:00 to 07:00 Europe/Berlin"

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


def shoot_owners(browser: Browser, address: str, into: Path) -> None:
    """What only the owner sees: a watch with what it would have sent, and health."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/login")
    page.get_by_label("Password or token").fill("token-for-the-pictures-alone")
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{address}/watches/change?name=Milo%20Ventimiglia")
    page.screenshot(path=into / "watch.png")
    page.get_by_label("How far to look back").select_option("3650")
    page.get_by_role("button", name="Show what it would have sent").click()
    page.locator("#tried").screenshot(path=into / "watch-tried.png")
    page.goto(f"{address}/health")
    page.screenshot(path=into / "health.png")
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
        shoot_owners(browser, address, options.into)
        browser.close()


if __name__ == "__main__":
    main()
