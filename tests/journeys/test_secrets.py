"""A secret is where its owner put it and nowhere else: not in a log, a page, an error, the store or a backup."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeder import config
from feeder.alerts import Courier
from feeder.config import Settings
from feeder.model import DeliveryState
from feeder.service.delivering import deliver
from tests.fakes.mailserver import MailServer
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.receiver import Exchange, Receiver
from tests.outbox import attempts, deliveries

KEY = b"PLANTED-hmac-key-of-the-newsdesk"
HMAC = "whsec_" + base64.b64encode(KEY).decode()
SEED = "whsk_" + base64.b64encode(b"PLANTED-ed25519-seed-of-the-desk").decode()
BOT = "4711:PLANTED-token-of-the-telegram-bot"
PLANTED = (
    "PLANTED",
    base64.b64encode(KEY).decode(),
    KEY.hex(),
    base64.b64encode(b"PLANTED-ed25519-seed-of-the-desk").decode(),
)
COMMAND = "import sys; from feeder.cli import main; sys.exit(main())"


def echo(x: Exchange) -> None:
    """A receiver that says back all it was given, as badly made ones do."""
    x.answer(500, f"no: {x.request.path} {x.request.headers}".encode())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


def an_installation(folder: Path, receiver: Receiver, server: MailServer) -> Settings:
    paths = ["/hooks/PLANTED-webhook", "/services/PLANTED-slack", "/api/PLANTED-discord", "/hooks/PLANTED-mattermost"]
    for path in (*paths, "/", "/workflows/PLANTED-teams", f"/bot{BOT}/sendMessage"):
        receiver.behave(path, echo)
    (folder / "slack.url").write_text(receiver.url("/services/PLANTED-slack") + "\n")
    (folder / "desk.secret").write_text(HMAC + "\n")
    net = 'allow_networks = ["127.0.0.0/8"]'
    names = ["desk", "slack", "discord", "mattermost", "teams", "ntfy", "telegram", "mail"]
    (folder / "config.toml").write_text(
        f"""
[source]
folder = "articles"
settle = "0s"
[site]
base_url = "https://feeds.example.org"
authority = "example.org,2026"
[[endpoints]]
name = "desk"
url = "${{FEEDER_TEST_DESK}}"
secret = ["file:desk.secret", "{SEED}"]
{net}
[[endpoints]]
name = "slack"
kind = "slack"
url = "file:slack.url"
{net}
[[endpoints]]
name = "discord"
kind = "discord"
url = "{receiver.url(paths[2])}"
{net}
[[endpoints]]
name = "mattermost"
kind = "mattermost"
url = "${{FEEDER_TEST_MATTERMOST}}"
{net}
[[endpoints]]
name = "teams"
kind = "teams"
url = "{receiver.url("/workflows/PLANTED-teams")}"
{net}
[[endpoints]]
name = "ntfy"
kind = "ntfy"
url = "{receiver.url("/topic")}"
token = "tk_PLANTED_ntfy_token"
{net}
[[endpoints]]
name = "telegram"
kind = "telegram"
url = "{receiver.url("")}"
token = "{BOT}"
to = "-100"
{net}
[[endpoints]]
name = "mail"
kind = "email"
url = "smtps://127.0.0.1:{server.port}"
user = "me"
password = "PLANTED-mail-password"
from = "feeder@example.org"
to = "me@example.org"
{net}
[[watches]]
name = "Milo Ventimiglia"
endpoint = {names}
"""
    )
    return config.load(folder / "config.toml")


def everything_below(folder: Path, *, but: set[str]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in but:
            yield path.name, path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path.name}/{name}", archive.read(name)) for name in archive.namelist())
            elif tarfile.is_tarfile(path):
                with tarfile.open(path) as tar:
                    for member in tar.getmembers():
                        if (file := tar.extractfile(member)) is not None:
                            yield f"{path.name}/{member.name}", file.read()


def test_no_secret_is_printed_logged_published_stored_or_backed_up(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("FEEDER_TEST_DESK", receiver.url("/hooks/PLANTED-webhook"))
    monkeypatch.setenv("FEEDER_TEST_MATTERMOST", receiver.url("/hooks/PLANTED-mattermost"))
    home = tmp_path / "home"
    home.mkdir()
    with MailServer(password="another") as server:
        settings = an_installation(home, receiver, server)
        room = Newsroom(home)
        room.settings = settings
        room.build()
        room.write("milo.md", an_article_text())
        room.build()
        with room.open() as app:
            app.__dict__["courier"] = Courier()
            report = deliver(app)
            assert (report.delivered, report.postponed) == (0, 8)
            errors = [attempt.error for it in deliveries(app.store) for attempt in attempts(app.store, it.id)]
            assert {it.state for it in deliveries(app.store)} == {DeliveryState.PENDING}
        printed = ""
        for arguments in (
            ["check"],
            ["alerts", "list"],
            *(["hook", "test", name] for name in ("desk", "slack", "telegram", "ntfy", "mail")),
            ["backup", str(tmp_path / "home" / "copy.backup")],
        ):
            done = subprocess.run(
                [sys.executable, "-c", COMMAND, *arguments],
                cwd=home,
                env=os.environ | {"FEEDER_DEBUG": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            printed += done.stdout + done.stderr
    said = "\n".join([printed, caplog.text, repr(settings), *errors])
    assert "failed" in said
    assert (home / "copy.backup").exists()
    for planted in PLANTED:
        assert planted not in said
        for name, content in everything_below(home, but={"config.toml", "slack.url", "desk.secret"}):
            assert planted.encode() not in content, name
    assert len(receiver.requests()) >= 7, "they were all called, and said back what they heard"


@pytest.mark.parametrize(
    "table",
    [
        'kind = "slack"\nurl = "htps://hooks.example.org/PLANTED"',
        'kind = "slack"\nurl = 4711',
        'kind = "slack"\nurl = "https://user:PLANTED@hooks.example.org/x"',
        'kind = "telegram"\ntoken = "PLANTED"\nto = "1"',
        'kind = "email"\nurl = "smtps://u:PLANTED@h"\nfrom = "a@b.c"\nto = "d@e.f"',
        'kind = "apprise"\nurl = "json://PLANTED@host/"',
        'kind = "apprise"\nurl = "gotify://host/PLANTED?redirect=yes"',
        'url = "https://h/"\nsecret = "whsk_PLANTED"',
        'kind = "ntfy"\nurl = "https://h/PLANTED x"',
    ],
)
def test_an_error_in_the_config_names_its_line_and_shows_nothing(tmp_path: Path, table: str) -> None:
    from feeder.errors import ConfigError

    (tmp_path / "config.toml").write_text(f'[[endpoints]]\nname = "e"\n{table}\n')
    with pytest.raises(ConfigError, match=r"config\.toml:\d+: \[\[endpoints\]\] #1") as failure:
        config.load(tmp_path / "config.toml")
    assert "PLANTED" not in str(failure.value)


def test_a_broken_address_in_a_watch_is_named_without_its_path(tmp_path: Path) -> None:
    from feeder.errors import ConfigError

    watch = '[[watches]]\nname = "A B"\nendpoint = "https://u:PLANTED@h.example/PLANTED"\n'
    (tmp_path / "config.toml").write_text(f'[alerts]\nsecret = "{HMAC}"\n{watch}')
    with pytest.raises(ConfigError, match=r"https://h\.example") as failure:
        config.load(tmp_path / "config.toml")
    assert "PLANTED" not in str(failure.value)
