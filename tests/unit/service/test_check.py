"""What `feeder check` finds before a build stumbles over it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from feeder import config
from feeder.config import Settings
from feeder.model import Endpoint, Watch
from feeder.service.check import Finding, check
from feeder.storage import open_store
from tests.builders import NOON


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "seeds").mkdir()
    return config.defaults(tmp_path)


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding for finding in check(settings)}


def test_a_new_installation_is_fine(settings, tmp_path):
    found = findings(settings)
    assert [what for what, finding in found.items() if not finding.fine] == []
    assert found["state folder"].detail == f"{tmp_path / 'state'} (the first build creates it)"
    assert "shows" in found["catalog"].detail
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seeds"], "a check must leave nothing behind"


def test_each_part_is_tried_although_another_is_broken(settings, tmp_path):
    (tmp_path / "seeds").rmdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "entry.html.j2").write_text("fine\n{{ broken\n")
    (tmp_path / "public").write_text("a file")
    broken = replace(
        settings,
        templates_folder=tmp_path / "mine",
        catalog_files=(tmp_path / "none.psv",),
        state_folder=tmp_path / "s",
    )
    found = findings(broken)
    wrong = {what: finding.detail for what, finding in found.items() if not finding.fine}
    assert set(wrong) == {"article folder", "output folder", "templates", "catalog"}
    assert str(tmp_path / "seeds") in wrong["article folder"]
    assert "entry.html.j2" in wrong["templates"]
    assert "none.psv" in wrong["catalog"]
    assert all(finding.exit_code for finding in found.values() if not finding.fine)


def test_the_default_authority_is_pointed_out(settings):
    assert "a value of your own" in findings(settings)["ids"].detail


def test_files_with_secrets_that_everybody_may_read_are_named(settings, tmp_path):
    config_file, secret = tmp_path / "config.toml", tmp_path / "owner.token"
    for path, text in ((config_file, '[owner]\ntoken = "PLANTED"\n'), (secret, "PLANTED")):
        path.write_text(text)
        path.chmod(0o644)
    found = findings(settings)["secrets"]
    assert not found.fine
    assert str(config_file) in found.detail
    assert "PLANTED" not in found.detail
    config_file.write_text('[owner]\ntoken = "file:owner.token"\n')
    assert str(secret) in findings(settings)["secrets"].detail
    assert str(config_file) not in findings(settings)["secrets"].detail
    secret.chmod(0o640)
    assert findings(settings)["secrets"].fine


def test_endpoints_say_what_they_are_told_about(settings):
    endpoint = Endpoint(name="desk", url="https://example.org/hook", secrets=(bytes(32),))
    with_watch = replace(
        settings, endpoints=(endpoint,), watches=(Watch(name="Milo Ventimiglia", endpoints=("desk",)),)
    )
    assert findings(with_watch)["endpoint desk"].detail == "webhook, https://example.org is told about Milo Ventimiglia"
    assert findings(replace(settings, endpoints=(endpoint,)))["endpoint desk"].detail == "no watch names it"


def test_a_service_that_refused_its_configuration_is_told_of(settings, tmp_path):
    from feeder.service import reloading

    store = open_store(settings.state_folder, write=True)
    assert findings(settings)["service"].detail == "has not run yet"
    refused = reloading.Reloaded(settings=None, error="config.toml:3: [feeds] limit: expected ...", restart_for=())
    reloading.remember(store, refused, now=NOON)
    store.close()
    found = findings(settings)["service"]
    assert not found.fine
    assert "config.toml:3" in found.detail


@pytest.mark.parametrize(
    ("base", "fine"),
    [("https://feeds.example.org", True), ("http://localhost:8080", False), ("http://[::1]:8080", False)],
)
def test_a_hub_that_nobody_can_reach_is_noticed(settings, base, fine):
    assert "hubs" not in findings(settings)
    found = findings(replace(settings, site=replace(settings.site, base_url=base, hubs=(f"{base}/hub",))))["hubs"]
    assert found.fine is fine
    assert base in found.detail
