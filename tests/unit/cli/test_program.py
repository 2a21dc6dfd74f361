"""What every command has in common: help, errors in one line, exit statuses, and a quick start."""

from __future__ import annotations

import os
import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

import pytest

from feeder import __version__
from feeder.cli import main
from tests.unit.cli.conftest import WITHOUT_MODEL


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"feeder {__version__}\n"


@pytest.mark.parametrize("command", ["init", "build", "serve", "tag", "explain", "check"])
def test_every_command_explains_itself(capsys, command):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert f"  {command} " in listed
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: feeder {command} ")


@pytest.mark.parametrize("command", ["build", "serve", "check"])
def test_without_a_config_the_way_to_one_is_told(capsys, command):
    assert main([command]) == 78
    assert capsys.readouterr().err == (
        "feeder: config.toml: there is no such file; `feeder init` writes a config.toml into the folder it runs in\n"
    )


def test_each_wrong_setting_is_a_line_of_its_own(capsys, tmp_path):
    (tmp_path / "other.toml").write_text("[feeds]\nlimit = 0\nlimt = 1\n")
    assert main(["--config", "other.toml", "build"]) == 78
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in lines] == ["other.toml:2:", "other.toml:3:"]
    assert all(line.startswith("feeder: ") for line in lines)


def test_an_unknown_option_is_a_usage_error(capsys):
    assert main(["build", "--fast"]) == 2
    assert "No such option" in capsys.readouterr().err


def test_an_unexpected_error_is_one_line_and_no_traceback(capsys, monkeypatch):
    def broken(path):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("feeder.config.load", broken)
    assert main(["check"]) == 70
    assert capsys.readouterr().err == (
        "feeder: unexpected error: RuntimeError: two lines (FEEDER_DEBUG=1 shows where it comes from)\n"
    )
    monkeypatch.setenv("FEEDER_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["check"])


def test_a_reader_that_has_enough_makes_no_noise():
    command = f"{sys.executable} -c 'from feeder.cli import main; main([\"--help\"])' | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=30)
    assert done.stderr == b""


def test_names_that_a_terminal_cannot_show_end_nothing(tmp_path):
    program = "import sys; from feeder.cli import main; sys.exit(main(['tag', 'a–b.pdf']))"
    (tmp_path / "a–b.pdf").write_bytes(b"%PDF")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_MODEL + program], capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.returncode == 65, done.stderr
    assert done.stderr.startswith("feeder: a\\u2013b.pdf: set aside: unsupported")


def test_help_loads_nothing_heavy():
    program = (
        "import sys; from feeder.cli import main; main(['--help']); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    loaded = set(done.stderr.split())
    assert "click" in loaded
    assert not loaded & {
        "apscheduler", "feedgen", "httpx", "jinja2", "lxml", "numpy", "onnxruntime", "pydantic", "rich", "sqlite3",
        "starlette", "tokenizers", "tomllib", "trafilatura", "uvicorn", "yaml",
    }  # fmt: skip


def test_help_costs_a_few_times_bare_python():
    def best(*arguments: str) -> float:
        """User and system seconds of the quickest of some runs: other work on the machine only adds."""
        times = []
        for _ in range(9):
            before = getrusage(RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True, timeout=30)
            after = getrusage(RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(times)

    bare = best("-c", "pass")
    assert best("-c", "from feeder.cli import main; main(['--help'])") <= 8 * bare  # 6.2 measured; the rest is noise
