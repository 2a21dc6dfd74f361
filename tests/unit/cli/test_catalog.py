"""What `feeder catalog` prints, writes and returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeder.cli import main
from tests.fakes.wikidata import Endpoint, a_show, status
from tests.unit.catalog.sources import TABLE_SHOWS, maze, maze_show


@pytest.fixture
def installed(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new installation; three shows come with feeder."""
    bundle = tmp_path / "bundled.psv"
    bundle.write_text(TABLE_SHOWS)
    monkeypatch.setattr("feeder.catalog.loading.bundled_files", lambda: (bundle,))
    assert main(["init"]) == 0
    capsys.readouterr()
    return tmp_path


def run(capsys, *arguments: str, code: int = 0) -> str:
    assert main(["catalog", *arguments]) == code
    told = capsys.readouterr()
    return told.err if code else told.out


def test_search_tells_keys_and_enough_to_know_homonyms_apart(capsys, installed) -> None:
    assert run(capsys, "search", "ghosts") == (
        "show/ghosts-2019  Ghosts  (2019-2023; BBC One)\nshow/ghosts-2021  Ghosts  (2021-; CBS)\n"
    )
    assert run(capsys, "search", "lauren") == "person/lauren-graham  Lauren Graham  (actor; Gilmore Girls)\n"
    assert "no name that begins with 'zzz'" in run(capsys, "search", "zzz", code=1)


def test_show_tells_all_that_is_known(capsys, installed) -> None:
    assert run(capsys, "show", "gilmore-girls") == (
        "Gilmore Girls\n"
        "key       show/gilmore-girls\n"
        "years     2000-2007\n"
        "networks  The WB\n"
        "creators  Amy Sherman-Palladino\n"
        "cast      Lauren Graham as Lorelai Gilmore\n"
        "          Alexis Bledel as Rory Gilmore\n"
    )
    assert "credits   Gilmore Girls (2000-2007) as Rory Gilmore\n" in run(capsys, "show", "person/alexis-bledel")
    assert "the catalog has no such id" in run(capsys, "show", "nothing", code=65)


def test_add_and_alias_write_the_owners_tables(capsys, installed) -> None:
    told = run(
        capsys,
        *("add", "show", "Deep Harbour", "--year", "2025", "--network", "NBC", "--cast", "Zoë Diaz=Red"),
        *("--cast", "Lauren Graham", "--alias", "Harbour"),
    )
    assert "key       show/deep-harbour\nyears     2025-\n" in told
    assert f"kept in {installed}/catalog/shows.psv" in told
    assert "roles     host\nknown for A Film\n" in run(
        capsys, "add", "person", "Al Host", "--role", "host", "--known-for", "A Film"
    )
    assert "show/deep-harbour is Deep Harbour, Harbour, DH\n" in run(capsys, "alias", "deep-harbour", "DH")
    assert (installed / "catalog" / "shows.psv").read_text().splitlines()[1:] == [
        "id|title|years|networks|aliases|creators|cast|wikidata",
        "deep-harbour|Deep Harbour|2025-|NBC|Harbour||Zoë Diaz=Red; Lauren Graham|",
    ]
    assert run(capsys, "stats").splitlines()[:2] == ["shows     4", "people    7"]
    assert "is in the catalog already" in run(capsys, "add", "show", "Deep Harbour", code=65)
    assert "--until needs --year" in run(capsys, "add", "show", "Another", "--until", "2025", code=2)


def test_import_says_what_it_took_and_what_is_there_now(capsys, installed) -> None:
    path = maze(installed, maze_show(5, "Deep Harbour", "2025-03-01", (1, "Zoë Diaz", "Red")))
    told = run(capsys, "import", str(path))
    assert f"read      {path}: TVmaze's JSON\nimported  1 show, 1 person in all\n" in told
    assert run(capsys, "search", "deep") == "show/deep-harbour  Deep Harbour  (2025)\n"
    assert "imported  1 show, 1 person of these\n" in run(capsys, "stats")


def test_a_wrong_file_is_one_line_and_leaves_the_catalog(capsys, installed) -> None:
    path = maze(installed, maze_show(5, "Deep Harbour", "2025-03-01"))
    run(capsys, "import", str(path))
    before = (installed / "catalog" / "imported.db").read_bytes()
    path.write_bytes(path.read_bytes()[:-3])
    assert run(capsys, "import", str(path), code=65).startswith(f"feeder: {path}:1: cut off")
    assert (installed / "catalog" / "imported.db").read_bytes() == before
    run(capsys, "import", code=2)


def test_wikidata_is_fetched_and_imported_and_a_failure_says_how_to_go_on(capsys, installed, monkeypatch) -> None:
    monkeypatch.setattr("feeder.service.wikidata.PAUSE", 0.0)
    with Endpoint({"Q7": a_show("Deep Harbour", 2025, ("Q8", "Zoë Diaz"))}) as endpoint:
        config = installed / "config.toml"
        text = config.read_text().replace("https://query.wikidata.org/sparql", endpoint.address)
        config.write_text(text.replace("allow_networks = []", 'allow_networks = ["127.0.0.0/8"]', 1))
        endpoint.failures[1] = status(403)
        assert "refused with status 403" in run(capsys, "import", "--wikidata", code=69)
        told = run(capsys, "import", "--wikidata")
        assert f"fetched   {endpoint.address}\nimported  1 show, 1 person in all\n" in told
    assert "wikidata  Q7\n" in run(capsys, "show", "show/deep-harbour")
    assert not (installed / "catalog" / ".wikidata").exists()


def test_proposals_are_listed_accepted_and_rejected(capsys, installed, monkeypatch) -> None:
    from tests.unit.cli.conftest import TwoNames

    class Unknown(TwoNames):
        """Both names are new to the catalog."""

        def tag(self, article):
            from dataclasses import replace

            found = super().tag(article)
            fresh = {"gilmore-girls": "deep-harbour", "milo-ventimiglia": "zo-newcomer"}
            return replace(found, tags=tuple(replace(t, id=fresh[t.id], known=False) for t in found.tags))

    monkeypatch.setattr("feeder.service.tagger.open_tagger", lambda settings: Unknown())
    config = installed / "config.toml"
    config.write_text(config.read_text().replace('settle = "0.5s"', 'settle = "0s"'))
    for n in range(3):
        (installed / "seeds" / f"{n}.txt").write_text(
            f"Gilmore Girls in Week {n}\n\nJune 1{n}, 2021 — Gilmore Girls was filmed. Milo Ventimiglia came {n}.\n"
        )
    assert main(["build"]) == 0
    capsys.readouterr()
    told = run(capsys, "proposed")
    assert "show/deep-harbour  Gilmore Girls  (3 articles)\n" in told
    assert "    2021-06-12  Gilmore Girls in Week 2\n" in told
    assert told.endswith("Next: `feeder catalog accept KEY` or `feeder catalog reject KEY`.\n")
    assert "a person has no years" in run(capsys, "accept", "zo-newcomer", "--year", "2020", code=2)
    told = run(capsys, "accept", "deep-harbour", "--title", "Deep Harbour", "--year", "2021", "--cast", "Zo Newcomer")
    assert told.startswith("accepted show/deep-harbour: Deep Harbour\n")
    assert (
        "deep-harbour|Deep Harbour|2021-||Gilmore Girls||Zo Newcomer|"
        in (installed / "catalog" / "shows.psv").read_text()
    )
    assert run(capsys, "proposed") == "Nothing unknown stands in 3 articles or more.\n"


def test_without_an_installation_a_folder_called_catalog_is_left_alone(capsys, installed) -> None:
    (installed / "config.toml").unlink()
    (installed / "catalog").mkdir()
    (installed / "catalog" / "stock.psv").write_text("sku|price\n1|2\n")
    assert "show/gilmore-girls" in run(capsys, "search", "gilmore")
    assert "there is no such file" in run(capsys, "alias", "gilmore-girls", "GG", code=78)


def test_help_is_there_for_each_command(capsys) -> None:
    told = run(capsys, "--help")
    for command in ("accept", "add", "alias", "import", "proposed", "reject", "search", "show", "stats"):
        assert f"\n  {command} " in told
        assert run(capsys, command, "--help").startswith("Usage: feeder catalog")
