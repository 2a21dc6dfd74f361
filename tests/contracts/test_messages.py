"""Whoever reads our webhooks by their schema, or verifies them as the example does, is never surprised."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from feeder import config
from feeder.alerts import (
    CLOSED,
    FAILING,
    MENTION_TEST,
    RECOVERED,
    Telling,
    digest,
    notice,
    payload,
    public_key,
    sign,
    story_id,
)
from feeder.model import SiteInfo
from feeder.service import hooks
from tests.builders import NOON, a_stored_entry, an_alert, an_article, an_entry

ROOT = Path(__file__).parents[2]
SITE = SiteInfo(title="é", base_url="https://example.org", author="Me", language="en", authority="example.org,2026")
FEED = "https://example.org/feeds/all.atom"
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def a_mention(**more: Any) -> bytes:
    return payload(an_alert(), a_stored_entry(), site=SITE, feed_url=FEED, now=NOON, **more)


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    found = json.loads(hooks.schema())
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def bodies() -> Iterator[tuple[str, bytes]]:
    story = Telling(id=story_id("tag:example.org,2026:entry-1"), also=2, news=("casting",))
    yield "mention", a_mention()
    yield "mention of a story", a_mention(story=story)
    yield "test", a_mention(event_type=MENTION_TEST)
    for waiting in (2, 200):
        yield (
            f"digest of {waiting}",
            digest([a_mention(), a_mention(story=story)], waiting=waiting, due=NOON, site=SITE, now=NOON)[0],
        )
    for kind in (FAILING, CLOSED, RECOVERED):
        yield kind, notice(kind, endpoint="desk", since=NOON, waiting=1, error="answered 500", site=SITE, now=NOON)


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in bodies()])
def test_every_kind_of_message_is_as_the_schema_says(body: bytes, schema: jsonschema.Draft202012Validator) -> None:
    schema.validate(json.loads(body))


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in bodies()])
def test_every_kind_of_message_verifies_with_the_library(body: bytes) -> None:
    headers = sign(message_id="msg_a", attempted=datetime.now(UTC), body=body, secrets=[bytes(32), KEY])
    assert Webhook(SECRET).verify(body, headers) == json.loads(body)


@given(title=st.text(min_size=1).filter(str.strip), text=st.text())
def test_whatever_an_article_holds_its_message_is_as_the_schema_says(title: str, text: str) -> None:
    article = an_article(
        title=f"Milo Ventimiglia {title}", body=f"{text}\n\nMilo Ventimiglia {text}", outlet=text or None
    )
    entry = an_entry(article)
    body = payload(an_alert(entry), a_stored_entry(entry), site=SITE, feed_url=FEED, now=NOON)
    jsonschema.Draft202012Validator(json.loads(hooks.schema())).validate(json.loads(body))


@pytest.mark.parametrize("broken", ["type", "entry", "offset", "story"])
def test_the_schema_refuses_what_is_none_of_ours(broken: str, schema: jsonschema.Draft202012Validator) -> None:
    message = json.loads(a_mention())
    match broken:
        case "type":
            message["type"] = "mention.gone"
        case "entry":
            del message["data"]["entry"]["title"]
        case "offset":
            message["data"]["evidence"][0]["start"] = -1
        case "story":
            message["data"]["story"] = {"id": "7"}
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(message)


# --- the receiver of deploy/ ---


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("receiver", ROOT / "deploy" / "receiver.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_verifies_what_we_sign(example: ModuleType) -> None:
    body = a_mention()
    headers = sign(message_id="msg_a", attempted=NOON, body=body, secrets=[bytes(32), KEY])
    message = example.verify(body, headers, secret=SECRET, now=NOON.timestamp())
    assert message["data"]["watch"] == "Milo Ventimiglia"


@pytest.mark.parametrize(
    ("change", "late"),
    [
        ({}, 301),
        ({}, -301),
        ({"webhook-id": "msg_b"}, 0),
        ({"webhook-id": ""}, 0),
        ({"webhook-timestamp": "soon"}, 0),
        ({"webhook-timestamp": "²"}, 0),
        ({"webhook-signature": ""}, 0),
        ({"webhook-signature": "v1"}, 0),
        ({"webhook-signature": "v1,a v1,ä v1,===="}, 0),
        ({"webhook-signature": "v1a,AAAA"}, 0),
    ],
)
def test_the_example_refuses_everything_else_in_one_way(example: ModuleType, change: dict[str, str], late: int) -> None:
    body = a_mention()
    headers = sign(message_id="msg_a", attempted=NOON, body=body, secrets=[KEY]) | change
    with pytest.raises(example.VerificationError):
        example.verify(body, headers, secret=SECRET, now=NOON.timestamp() + late)


def test_signatures_of_both_schemes_stand_side_by_side(example: ModuleType) -> None:
    pytest.importorskip("cryptography", reason="the extra is not installed: pip install 'feeder[ed25519]'")
    seed, body = bytes(range(32, 64)), a_mention()
    now = datetime.now(UTC).replace(microsecond=0)
    headers = sign(message_id="msg_a", attempted=now, body=body, secrets=[KEY], signing_keys=[seed])
    assert [it.split(",")[0] for it in headers["webhook-signature"].split()] == ["v1", "v1a"]
    assert Webhook(SECRET).verify(body, headers)["type"] == "mention.new"
    at = now.timestamp()
    assert example.verify_v1a(body, headers, public_key=public_key(seed), now=at)["type"] == "mention.new"
    for wrong in (body + b" ", body.replace(b"Milo", b"Moli")):
        with pytest.raises(example.VerificationError):
            example.verify_v1a(wrong, headers, public_key=public_key(seed), now=at)
    with pytest.raises(example.VerificationError):
        example.verify_v1a(body, headers, public_key=public_key(KEY), now=at)


def test_an_ed25519_signature_is_that_of_the_standard() -> None:
    """RFC 8032, section 7.1, test 1: the key and what it gives."""
    pytest.importorskip("cryptography", reason="the extra is not installed: pip install 'feeder[ed25519]'")
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert base64.b64decode(public_key(seed).removeprefix("whpk_")).hex() == public


def test_a_webhook_signed_with_ed25519_alone_does_not_verify_as_hmac() -> None:
    pytest.importorskip("cryptography", reason="the extra is not installed: pip install 'feeder[ed25519]'")
    body, now = a_mention(), datetime.now(UTC)
    headers = sign(message_id="msg_a", attempted=now, body=body, secrets=[], signing_keys=[KEY])
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


# --- feeder hook ---


@contextmanager
def running_example() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "deploy" / "receiver.py"), "0"],
        env=os.environ | {"FEEDER_SECRET": SECRET},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1], process
    finally:
        process.kill()
        process.communicate()


def feeder(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = "import sys; from feeder.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_hook_test_sends_a_sample_to_the_example_and_shows_what_it_says(tmp_path: Path) -> None:
    with running_example() as (url, process):
        (tmp_path / "config.toml").write_text(
            f'[[endpoints]]\nname = "desk"\nurl = "{url}"\nsecret = "{SECRET}"\nallow_networks = ["127.0.0.1/32"]\n'
            f'[[endpoints]]\nname = "wrong"\nurl = "{url}"\nsecret = "whsec_{"B" * 44}"\n'
            'allow_networks = ["127.0.0.1/32"]\n'
        )
        good, bad = feeder(tmp_path, "hook", "test", "desk"), feeder(tmp_path, "hook", "test", "wrong")
        unknown = feeder(tmp_path, "hook", "test", "dask")
        assert process.stdout is not None
        assert process.stdout.readline() == "Ada Sample: A <sample> headline\n"
    assert (good.returncode, bad.returncode, unknown.returncode) == (0, 1, 65)
    assert "status 200" in good.stdout
    assert "it says: thanks" in good.stdout
    assert "answered 401" in bad.stdout
    assert "no endpoint dask; known: desk, wrong" in unknown.stderr
    assert SECRET not in good.stdout + bad.stdout + bad.stderr


def test_hook_key_prints_what_v1a_is_verified_with(tmp_path: Path) -> None:
    pytest.importorskip("cryptography", reason="the extra is not installed: pip install 'feeder[ed25519]'")
    private = "whsk_" + base64.b64encode(KEY).decode()
    (tmp_path / "config.toml").write_text(
        f'[[endpoints]]\nname = "desk"\nurl = "https://example.org/h"\nsecret = ["{private}", "{SECRET}"]\n'
    )
    settings = config.load(tmp_path / "config.toml")
    assert (settings.endpoints[0].secrets, settings.endpoints[0].signing_keys) == ((KEY,), (KEY,))
    assert feeder(tmp_path, "hook", "key", "desk").stdout.strip() == public_key(KEY)
    assert json.loads(feeder(tmp_path, "hook", "schema").stdout)["title"] == "A message of feeder"
