"""What `feeder watch` and `feeder alerts` print, write and return."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from feeder.cli import main
from feeder.model import DeliveryState, Held
from feeder.storage import open_store
from tests.builders import NOON, a_delivery
from tests.outbox import deliveries
from tests.unit.cli.conftest import ARTICLE

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def installed(tmp_path: Path, capsys) -> Path:
    assert main(["init"]) == 0
    path = tmp_path / "config.toml"
    text = path.read_text().replace('settle = "0.5s"', 'settle = "0s"')
    path.write_text(
        f'{text}\n[[endpoints]]\nname = "desk"\nurl = "https://example.org/x"\nsecret = "{SECRET}" # a comment\n'
    )
    (tmp_path / "seeds" / "gilmore.txt").write_text(ARTICLE)
    assert main(["build"]) == 0
    capsys.readouterr()
    return path


def test_a_watch_is_added_listed_and_removed_and_comments_stay(installed: Path, capsys) -> None:
    before = installed.read_text()
    options = ["--not", "Rocky", "--main", "--event", "casting", "--when", "daily at 08:00 Europe/Berlin"]
    assert main(["watch", "add", "Milo Ventimiglia", "--alias", "Milo V", *options, "--max-age", "7d"]) == 0
    assert "# a comment" in installed.read_text()
    capsys.readouterr()
    assert main(["watch", "list"]) == 0
    assert capsys.readouterr().out == (
        "Milo Ventimiglia: person, also Milo V, not with Rocky, main only, with casting, no older than 7d, "
        "daily at 08:00 Europe/Berlin, to desk\n"
    )
    assert main(["watch", "remove", "milo ventimiglia"]) == 0
    assert installed.read_text().split() == before.split()
    assert main(["watch", "remove", "Milo Ventimiglia"]) == 78


def test_a_watch_that_makes_no_sense_is_not_written(installed: Path, capsys) -> None:
    before = installed.read_text()
    assert main(["watch", "add", "Q", "--query", "event:cast"]) == 78
    assert main(["watch", "add", "Milo Ventimiglia", "--when", "sometimes"]) == 78
    assert main(["watch", "add", "Milo Ventimiglia", "--endpoint", "nowhere"]) == 78
    assert "did you mean" in capsys.readouterr().err
    assert installed.read_text() == before


def test_where_nothing_is_watched_and_nothing_says_where_alerts_go_the_owner_is_told_how_to_begin(
    tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    capsys.readouterr()
    assert main(["watch", "list"]) == 0
    assert "`feeder watch add`" in capsys.readouterr().out
    assert main(["watch", "add", "Milo Ventimiglia"]) == 2
    assert "[[endpoints]]" in capsys.readouterr().err
    assert main(["watch", "add", "Milo Ventimiglia", "--endpoint", "https://a.example/x", "--event", "cast"]) == 78
    told = capsys.readouterr().err
    assert 'got "cast"' in told
    assert "EventType" not in told


def test_a_name_is_tried_out_before_it_is_watched(installed: Path, capsys) -> None:
    assert main(["watch", "test", "Milo Ventimiglia", "--days", "36500"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 alert in 36500 days, 0 held in doubt")
    assert "! 2020-10-05  Gilmore Girls Turns Twenty\n    Milo Ventimiglia came in season two as Jess." in out
    assert main(["watch", "test", "Milo Ventimiglia", "--days", "36500", "--main"]) == 0
    assert capsys.readouterr().out.startswith("0 alerts")
    assert main(["watch", "test", "Stars Hollow", "--query", 'show:"Gilmore Girls"', "--days", "36500"]) == 0
    assert capsys.readouterr().out.startswith("1 alert")


def test_messages_are_listed_shown_held_released_and_sent_again(installed: Path, capsys) -> None:
    ids = {state: f"msg_{state.value}{'a' * 20}" for state in DeliveryState}
    store = open_store(installed.parent / "state", write=True)
    with store.transaction():
        for state, id_ in ids.items():
            held = Held.DOUBT if state is DeliveryState.HELD else None
            delivery = a_delivery(id=id_, watch=f"Watch {state}", entry_id="", state=state)
            assert store.outbox.add(replace(delivery, held_for=held), now=NOON)
    # the service keeps its lock all the while
    assert main(["alerts", "list"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 4
    assert re.fullmatch(r"msg_helda+  2021-06-15 12:00  held \(doubt\)  Watch held -> desk", out[0])
    assert main(["alerts", "list", "--state", "dead"]) == 0
    assert capsys.readouterr().out.startswith("msg_dead")
    assert main(["alerts", "show", "msg_dead"]) == 0
    assert '"type": "mention.new"' in capsys.readouterr().out
    assert main(["alerts", "replay", "msg_done"]) == 65
    assert "is done" in capsys.readouterr().err
    assert main(["alerts", "replay", "--state", "dead", "--until", "2021-06-15"]) == 0
    assert capsys.readouterr().out == "0 messages to be sent again\n"
    assert main(["alerts", "replay", "--state", "dead", "--since", "2021-06-15"]) == 0
    assert main(["alerts", "release", "msg_held"]) == 0
    assert main(["alerts", "hold", ids[DeliveryState.PENDING]]) == 0
    states = {it.id: (it.state, it.held_for) for it in deliveries(store)}
    assert states[ids[DeliveryState.DEAD]] == states[ids[DeliveryState.HELD]] == (DeliveryState.PENDING, None)
    assert states[ids[DeliveryState.PENDING]] == (DeliveryState.HELD, Held.OWNER)
    capsys.readouterr()
    assert main(["alerts", "hold", "desk"]) == 0
    assert capsys.readouterr().out == "desk: 2 messages held, and all that comes\n"
    assert {it.state for it in deliveries(store)} == {DeliveryState.HELD, DeliveryState.DONE}
    assert main(["alerts", "release", "desk"]) == 0
    assert capsys.readouterr().out == "desk: open again, 2 messages to be sent\n"
    states = {it.id: (it.state, it.held_for) for it in deliveries(store)}
    assert states[ids[DeliveryState.DEAD]] == (DeliveryState.PENDING, None)
    assert states[ids[DeliveryState.PENDING]] == (DeliveryState.HELD, Held.OWNER), "it was held before, by its owner"
    assert main(["alerts", "replay", "--state", "dead", "--since", "tomorrow"]) == 2
    assert "expected a date like 2026-12-24" in capsys.readouterr().err
    assert main(["alerts", "hold", "nobody"]) == 65
    assert "endpoints: desk" in capsys.readouterr().err
    store.close()


def test_alerts_are_measured_on_annotated_articles(tmp_path: Path, capsys) -> None:
    file = tmp_path / "a.ann"
    file.write_text(
        "id: a\nheadline: [Milo Ventimiglia|PER] Returns\n---\n"
        "[Milo Ventimiglia|PER] is back in [Gilmore Girls|SHOW], and so is [Lauren Graham|PER].\n"
    )
    assert main(["eval", "--alerts", str(file), "--list"]) == 0
    out = capsys.readouterr().out
    assert "alerts" in out
    assert re.search(r"alerts +1\.000 +0\.500", out)
    assert "a: missed: Lauren Graham" in out
    assert main(["eval", "--alerts", str(file), "--watch", "Milo Ventimiglia", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["alerts"]["precision"], told["alerts"]["recall"], told["names"], told["mistakes"]) == (1.0, 1.0, 1, [])
    assert main(["eval", "--alerts"]) == 2
    assert main(["eval", "--watch", "Milo Ventimiglia", str(file)]) == 2
