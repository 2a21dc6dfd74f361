"""What somebody gets who installs feeder instead of checking it out."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from feeder import __version__

ROOT = Path(__file__).parents[2]
ARTICLE = """Sutton Foster Returns to Broadway

NEW YORK, June 15, 2021 — Sutton Foster, the star of Younger and Bunheads, returns to the stage this winter.
The actress opens in The Music Man beside Hugh Jackman. Rehearsals begin in the autumn.
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Output of a command in an environment that knows nothing of the checkout."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "FEEDER_", "VIRTUAL_ENV"))}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=keep, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of this checkout, built without the network."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def feeder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command in an environment of its own; only the dependencies are those of the test environment."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=environment,
    )
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=environment).strip()
    # such a path comes after the environment's own packages, and its own .pth files (an editable feeder) stay unread
    for number, path in enumerate(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))):
        Path(packages, f"dependencies{number}.pth").write_text(path + "\n")
    where = run(python, "-c", "import feeder; print(feeder.__file__)", cwd=environment)
    assert where.startswith(str(environment)), "this would test the checkout"
    return environment / "bin" / "feeder"


def test_the_installed_command_runs(feeder: Path, tmp_path: Path):
    assert run(feeder, "--version", cwd=tmp_path) == f"feeder {__version__}\n"


def test_init_and_build_work_without_a_checkout(feeder: Path, tmp_path: Path):
    run(feeder, "init", cwd=tmp_path)
    (tmp_path / "seeds" / "foster.txt").write_text(ARTICLE)
    told = run(feeder, "build", cwd=tmp_path)
    assert "read       1 new or changed article of 1 file" in told
    assert "entries    1 (1 new)" in told, told
    feed = (tmp_path / "public" / "feeds" / "all.atom").read_text()
    assert "Sutton Foster Returns to Broadway" in feed
    assert (tmp_path / "public" / "feeds" / "person" / "sutton-foster.atom").exists()
    assert run(feeder, "check", cwd=tmp_path)


def test_the_wheel_brings_all_that_is_needed_and_no_more(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert "feeder/_shipped/config.toml" in names
    assert "feeder/py.typed" in names
    for folder in ("feeder/_shipped/templates/", "feeder/catalog/data/", "feeder/tagging/model/"):
        assert any(name.startswith(folder) for name in names), folder
    assert {name.split("/")[0] for name in names} == {"feeder", f"feeder-{__version__}.dist-info"}
    assert wheel.stat().st_size < 45_000_000


def test_the_source_archive_can_be_tried_out_and_tested(built: Path):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as content:
        names = {name.partition("/")[2] for name in content.getnames()}
    assert {"config.toml", "README.md", "pyproject.toml", "tests/builders.py"} <= names
    assert len([name for name in names if name.startswith("seeds/")]) >= 24
    assert any(name.startswith("templates/") for name in names)
    assert any(name.startswith("feeder/tagging/model/") for name in names)
