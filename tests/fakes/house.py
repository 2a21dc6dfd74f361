"""A newsroom whose pages, forms and API answer on a free port. Real files, store, config.toml and HTTP; tagger and
catalog know a handful of names; what a service does in threads happens at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from lxml import html

from feeder import config
from feeder.catalog import CastMember, Catalog, Person, Show
from feeder.config import Settings
from feeder.model import Role
from feeder.service import clock
from feeder.service.app import App
from feeder.service.build import refresh
from feeder.service.health import Health, health
from feeder.service.shelf import Shelf
from feeder.web.application import application
from feeder.web.desk import Desk
from feeder.web.front import front
from feeder.web.server import Server
from tests.fakes import client
from tests.fakes.newsroom import Newsroom
from tests.fakes.tagger import PEOPLE, FakeTagger

PASSWORD = "correct horse battery staple"
#: scrypt of PASSWORD, cheaper than `feeder password` makes it.
HASH = "scrypt:14:8:1:AAECAwQFBgcICQoLDA0ODw==:{key}"
TOKEN = "token-of-the-owner-0123456789"
CONFIG = """\
# my feeds
[site]
base_url = "https://feeds.example.org"
author = "The desk"
authority = "example.org,2026"

[source]
folder = "articles"
settle = "0s"

[alerts]
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

[[endpoints]]
name = "desk"
url = "https://hooks.example.org/feeder"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

# people I like
[[watches]]
name = "Lauren Graham"
endpoint = "desk"
"""
CATALOG = Catalog(
    shows=(
        Show(
            id="the-marvelous-mrs-maisel",
            title="The Marvelous Mrs. Maisel",
            years=(2017, 2023),
            networks=("Prime Video",),
            cast=(CastMember(person="milo-ventimiglia", character="Sylvio"), CastMember(person="x", character="")),
        ),
        Show(id="gilmore-girls", title="Gilmore Girls", years=(2000, 2007), networks=("The WB",)),
    ),
    people=(
        Person(
            id="milo-ventimiglia",
            name="Milo Ventimiglia",
            roles=(Role.ACTOR,),
            credits=("gilmore-girls", "unknown-show"),
            known_for=("Gilmore Girls", "A Film"),
        ),
        Person(id="x", name="Tony Shalhoub"),
    ),
)


class Standing:
    """A service that does at once what it is asked for."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.reloads = 0

    def refresh(self) -> None:
        refresh(self.app)

    def reload(self) -> None:
        self.reloads += 1
        self.app = self.app.renewed(config.load(self.app.settings.path))
        self.refresh()

    def health(self) -> Health:
        return health(self.app.store, now=clock.now(), endpoints=[])


class House:
    """`room` is the newsroom, `address` where it answers."""

    def __init__(self, room: Newsroom, running: Standing, address: str, clock_: list[float]) -> None:
        self.room = room
        self.running = running
        self.address = address
        self.port = urlsplit(address).port or 0
        self.clock = clock_  #: seconds that have passed for sessions and guesses, in its only place

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        form: Mapping[str, str | Sequence[str]] | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> client.Reply:
        """Header names with _ for -."""
        return client.ask(self.port, path, method=method, form=form, body=body, **headers)

    def log_in(self, secret: str = PASSWORD) -> str:
        """The cookie of a session."""
        reply = self.ask("/login", form={"secret": secret})
        assert reply.status == 303, reply.text
        return reply.headers["set-cookie"].partition(";")[0]

    def csrf(self, cookie: str) -> str:
        page = self.ask("/watches", cookie=cookie).text
        return page.partition('name="csrf" value="')[2].partition('"')[0]

    @staticmethod
    def fields(page: str, action: str) -> dict[str, list[str]]:
        """What a browser would send of the form with this action."""
        form = html.fromstring(page).xpath(f"//form[contains(@action, '{action}')]")[0]
        found: dict[str, list[str]] = {}
        for name, value in form.form_values():
            found.setdefault(name, []).append(value.removeprefix("\n"))  # that begins a textarea, which lxml keeps
        return found

    def path_of(self, title: str) -> str:
        """Of the page about the entry with this headline."""
        from feeder.rendering import entry_view

        found = next(it for it in self.room.entries() if it.entry.title == title)
        return f"/{entry_view(found.entry.id)}"


def owner_table(*, token: bool = True) -> str:
    import base64
    import hashlib

    salt = base64.b64decode("AAECAwQFBgcICQoLDA0ODw==")
    key = hashlib.scrypt(PASSWORD.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=32)
    table = f'\n[owner]\npassword = "{HASH.format(key=base64.b64encode(key).decode())}"\n'
    return table + (f'token = "{TOKEN}"\n' if token else "")


@contextmanager
def a_house(
    folder: Path, articles: Mapping[str, str], *, owner: bool = True, people: Sequence[str] = PEOPLE
) -> Iterator[House]:
    """A house with these articles, built before it opens; `people`: whom its tagger knows."""
    room = Newsroom(folder)
    room.tagger = FakeTagger(people=people)
    path = folder / "config.toml"
    path.write_text(CONFIG + (owner_table() if owner else ""))
    for key, text in articles.items():
        room.write(key, text)
    room.settings = config.load(path)
    now = [0.0]
    started = threading.Event()
    with room.open() as app:
        refresh(app)
        running = Standing(app)

        def small(_: Settings) -> Catalog:
            return CATALOG

        shelf = Shelf(lambda: running.app.settings, open_catalog=small)
        shelf.wait()
        desk = Desk(running, shelf=shelf, monotonic=lambda: now[0])
        files = application(room.public, max_age=300, base_url="https://feeds.example.org")
        server = Server(front(desk, files), host="127.0.0.1", port=0, on_started=lambda _: started.set())
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert started.wait(30)
            yield House(room, running, server.address.rstrip("/"), now)
        finally:
            server.stop()
            thread.join(15)
