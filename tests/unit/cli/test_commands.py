"""What each command prints, writes and returns."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from feeder.cli import main
from tests.unit.cli.conftest import ARTICLE, WITHOUT_MODEL

TAGGED = "Gilmore Girls Turns Twenty  (gilmore.txt)\n  shows:  Gilmore Girls (main)\n"


@pytest.fixture
def installed(tmp_path: Path, capsys) -> Path:
    """A new installation that reads a file as soon as it is there."""
    assert main(["init"]) == 0
    path = tmp_path / "config.toml"
    path.write_text(path.read_text().replace('settle = "0.5s"', 'settle = "0s"').replace("port = 8080", "port = 0"))
    capsys.readouterr()
    return tmp_path


def put(folder: Path, name: str, text: str | bytes = ARTICLE) -> None:
    (folder / "seeds" / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_init_says_what_it_made_and_what_comes_next(capsys, tmp_path):
    assert main(["init", "tv"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"created {tmp_path}/tv/config.toml"
    assert f"created {tmp_path}/tv/seeds/" in told
    assert told[-1].startswith("Next: cd tv, drop articles")
    assert main(["init", "tv"]) == 78
    assert "never overwrites" in capsys.readouterr().err


def test_an_installation_without_articles_is_told_what_to_do(capsys, installed):
    assert main(["build"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"Next: drop articles (.txt, .md, .html) into {installed}/seeds and run `feeder build` again."
    )


def test_build_says_what_it_found_and_where_the_feeds_are(capsys, installed):
    put(installed, "gilmore.txt")
    put(installed, "empty.txt", b"")
    assert main(["build"]) == 0
    out = capsys.readouterr().out
    assert f"read       1 new or changed article of 2 files in {installed}/seeds\n" in out
    assert re.search(r"set aside  1 file\n           empty\.txt: empty", out)
    assert "entries    1 (1 new)\n" in out
    assert "about      1 show, 1 person\n" in out
    assert f"feeds      3 in {installed}/public, 3 of them written anew\n" in out
    assert out.endswith("http://localhost:8080/\n")
    assert (installed / "public" / "feeds" / "show" / "gilmore-girls.atom").exists()


def test_a_build_without_news_says_so(capsys, installed):
    put(installed, "gilmore.txt")
    main(["build"])
    capsys.readouterr()
    assert main(["build"]) == 0
    out = capsys.readouterr().out
    assert "0 new or changed articles of 1 file" in out
    assert "none of them written anew" in out


def test_a_missing_article_folder_is_an_error_and_not_an_empty_one(capsys, installed):
    (installed / "seeds").rmdir()
    assert main(["build"]) == 66
    assert re.match(r"feeder: .*/seeds: .*\n$", capsys.readouterr().err)


def test_quiet_builds_say_nothing(capsys, installed):
    put(installed, "gilmore.txt")
    assert main(["--quiet", "build"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (installed / "public" / "feeds" / "all.atom").exists()


def test_tag_prints_names_for_people_and_touches_no_store(capsys, article, tmp_path):
    assert main(["tag", "gilmore.txt"]) == 0
    assert capsys.readouterr().out == TAGGED + "  people: Milo Ventimiglia (actor, as Jess Mariano)\n\n"
    assert [path.name for path in tmp_path.iterdir()] == ["gilmore.txt"]


def test_tag_prints_one_json_object_a_line(capsys, article, tmp_path):
    (tmp_path / "two.txt").write_text(ARTICLE)
    assert main(["tag", "--json", "."]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["key"], second["key"]) == ("gilmore.txt", "two.txt")
    assert first["published"].startswith("2020-10-05T")
    assert [show["title"] for show in first["shows"]] == ["Gilmore Girls"]
    proof = first["people"][0]["evidence"][0]
    assert proof["text"] == "Milo Ventimiglia"
    assert proof["text"] in proof["sentence"]


def test_tag_names_what_it_cannot_read_and_goes_on(capsys, article, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"")
    assert main(["tag", "bad.txt", "gilmore.txt"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("feeder: bad.txt: set aside: empty")
    assert captured.out.startswith(TAGGED)
    assert main(["tag", "bad.txt"]) == 65
    assert capsys.readouterr().err.endswith("feeder: no article was read\n")
    assert main(["tag", "none.txt"]) == 66


def test_explain_marks_the_words_and_gives_the_reason_and_the_sentence(capsys, article):
    assert main(["explain", "gilmore.txt"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("[Gilmore Girls] Turns Twenty\n\n")
    assert "[Milo Ventimiglia] came in season two as Jess." in out
    assert "show Gilmore Girls (2000): 0.97, main  <gilmore-girls>\n  [Gilmore Girls] it stands there\n" in out
    assert "person Milo Ventimiglia: 0.99, in passing, actor, as Jess Mariano  <milo-ventimiglia>\n" in out
    assert "      Milo Ventimiglia came in season two as Jess.\n" in out


def test_nothing_of_the_text_is_lost_between_the_marks(capsys, article):
    from feeder import config, extraction
    from tests.builders import a_raw_document

    main(["explain", "gilmore.txt"])
    out = capsys.readouterr().out.replace("[", "").replace("]", "")
    text = extraction.read(a_raw_document(ARTICLE), zone=config.defaults(Path()).zone).text
    assert out.startswith(text)


def test_a_running_service_answers_and_ends_cleanly_on_sigterm(installed):
    put(installed, "gilmore.txt")
    program = WITHOUT_MODEL + "from feeder.cli import main; sys.exit(main(['serve']))"
    service = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        address = re.search(r"http://\S+/ ", service.stdout.readline())[0].strip()
        feed = eventually(f"{address}feeds/show/gilmore-girls.atom")
        assert "Gilmore Girls Turns Twenty" in feed
        service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=20)
    finally:
        service.kill()
        service.wait()
    assert (service.returncode, out) == (0, "feeder has stopped\n"), err
    assert "Traceback" not in err
    assert " INFO build: read=1 added=1 " in err


def eventually(address: str) -> str:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            if time.monotonic() > deadline or error.code != 404:
                raise
            error.close()
            time.sleep(0.05)
