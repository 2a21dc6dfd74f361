"""What deploy/ offers is of one piece with the program, and as tight as it says. An image is not built here."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_the_image_has_what_the_build_needs_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    stages = text.split("\nFROM ")[1:]
    assert len(stages) == 2, "what builds does not run"
    copied = [name for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.M) for name in line.split()[:-1]]
    assert copied
    assert all((DEPLOY.parent / name).exists() for name in copied)
    needed = {"pyproject.toml", "README.md", "LICENSE", "config.toml", "templates", "feeder"}
    assert needed == {name.removeprefix("./") for name in copied}
    assert re.search(r"^USER 10001$", stages[-1], re.M)
    assert "HEALTHCHECK" in stages[-1]
    assert "/healthz" in stages[-1]


def test_the_container_may_do_nothing_but_its_work() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["feeder"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert int(service["stop_grace_period"].removesuffix("s")) >= 45, "deliveries under way may end"


def test_the_unit_waits_for_feeder_and_watches_it() -> None:
    text = (DEPLOY / "feeder.service").read_text()
    for line in ("Type=notify", "WatchdogSec=120", "ExecReload=/bin/kill -HUP $MAINPID", "TimeoutStopSec=45"):
        assert f"\n{line}\n" in text
    assert re.search(r"^RestartPreventExitStatus=.*\b75\b.*\b78\b", text, re.M)
    assert re.search(r"^LoadCredential=", text, re.M)


def test_proxies_keep_what_is_for_the_operator_from_the_public() -> None:
    for name in ("nginx.conf", "Caddyfile"):
        text = (DEPLOY / name).read_text()
        assert "metrics" in text
        assert "127.0.0.1:8080" in text
