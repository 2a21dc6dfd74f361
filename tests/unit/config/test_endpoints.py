"""Each kind of endpoint says what it needs, takes secrets from where they are, and refuses what means nothing to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeder.config import load
from feeder.errors import ConfigError
from feeder.model import Endpoint, EndpointKind

TOKEN = "4711:abcdefghijklmnopqrstuvwxyz"
KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def endpoint(folder: Path, text: str) -> Endpoint:
    (folder / "config.toml").write_text(f'[[endpoints]]\nname = "e"\n{text}\n')
    [found] = load(folder / "config.toml").endpoints
    return found


@pytest.mark.parametrize("kind", ["slack", "discord", "teams", "mattermost", "ntfy"])
@pytest.mark.parametrize("written", ["https://h.example/x", "${FEEDER_TEST_HOOK}", "file:hook.url"])
def test_the_address_of_a_chat_may_be_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, written: str
) -> None:
    monkeypatch.setenv("FEEDER_TEST_HOOK", "https://h.example/x")
    (tmp_path / "hook.url").write_text("https://h.example/x\n")
    found = endpoint(tmp_path, f'kind = "{kind}"\nurl = "{written}"')
    assert (found.kind, found.url) == (EndpointKind(kind), "https://h.example/x")
    assert found.shown == f"{kind}, https://h.example"


def test_a_telegram_chat_needs_a_bot_and_nothing_else(tmp_path: Path) -> None:
    found = endpoint(tmp_path, f'kind = "telegram"\ntoken = "{TOKEN}"\nto = "-100123"')
    assert (found.url, found.token, found.to) == ("https://api.telegram.org", TOKEN, "-100123")


def test_a_mailbox_has_a_server_a_sender_and_one_recipient(tmp_path: Path) -> None:
    (tmp_path / "mail.password").write_text("correct horse\n")
    found = endpoint(
        tmp_path,
        'kind = "email"\nurl = "smtp://mail.example.org:587"\nuser = "me"\npassword = "file:mail.password"\n'
        'from = "feeder@example.org"\nto = "me@example.org"',
    )
    assert (found.sender, found.to, found.user, found.password) == (
        "feeder@example.org",
        "me@example.org",
        "me",
        "correct horse",
    )
    assert found.shown == "me@example.org (smtp://mail.example.org:587)"


def test_what_moves_an_endpoint_opens_it_again_and_what_does_not_does_not(tmp_path: Path) -> None:
    one = endpoint(tmp_path, f'url = "https://h.example/x"\nsecret = "{KEY}"')
    same = endpoint(tmp_path, f'url = "https://h.example/x"\nsecret = "{KEY}"\nrate = "5 in 1m"')
    moved = endpoint(tmp_path, f'url = "https://h.example/y"\nsecret = "{KEY}"')
    assert one.place == same.place != moved.place
    assert "h.example" not in one.place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('url = "https://h/"', "secret: is missing"),
        (f'secret = "{KEY}"', "url: is missing"),
        ('kind = "fax"\nurl = "https://h/"', "kind: expected one of webhook, slack"),
        ('kind = "slack"', "url: is missing: expected an http or https address"),
        (
            f'kind = "slack"\nurl = "https://h/"\nsecret = "{KEY}"',
            'secret: has no meaning for an endpoint of kind "slack"',
        ),
        ('kind = "slack"\nurl = "file:nothing"', "url: expected an http or https address, got something else"),
        ('kind = "slack"\nurl = "${FEEDER_TEST_UNSET}"', "the environment variable FEEDER_TEST_UNSET is not set"),
        ('kind = "telegram"\nto = "1"', "token: is missing"),
        (f'kind = "telegram"\ntoken = "{TOKEN}"\nto = "my chat"', "to: expected a chat"),
        ('kind = "email"\nurl = "smtps://h"\nfrom = "a@b.c"', "to: is missing"),
        ('kind = "email"\nurl = "smtps://h"\nfrom = "a@b.c"\nto = "a@b.c, d@e.f"', "to: expected one mail address"),
        ('kind = "email"\nurl = "smtps://h"\nfrom = "a@b.c\\nBcc: x"\nto = "a@b.c"', "from: expected a mail address"),
        ('kind = "email"\nurl = "https://h"\nfrom = "a@b.c"\nto = "a@b.c"', "url: expected a mail server"),
        (
            'kind = "email"\nurl = "smtps://h"\nfrom = "a@b.c"\nto = "a@b.c"\nuser = "me"',
            "user: user and password belong",
        ),
        ('kind = "apprise"\nurl = "json://h/"', "url: expected a URL of Apprise"),
        ('kind = "apprise"\nurl = "gotify://h/t?redirect=yes"', "the option redirect has no place here"),
        ('url = "https://h/"\nsecret = "whsk_AAAA"', "holds 3 bytes, not the 32 or 64"),
    ],
)
def test_what_an_endpoint_cannot_mean_is_named_with_its_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as failure:
        endpoint(tmp_path, text)
    assert said in str(failure.value)
    assert "config.toml:" in str(failure.value)
