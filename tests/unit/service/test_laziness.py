"""A build that finds nothing new is cheap because it loads nothing it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_CODE = """
import sys
from pathlib import Path
from feeder import config
from feeder.service.build import build
report = build(config.load(Path(sys.argv[1])))
costly = ("feedgen", "trafilatura", "htmldate", "onnxruntime", "tokenizers", "numpy", "jinja2", "httpx", "apscheduler",
          "feeder.catalog", "feeder.tagging", "feeder.feeds", "feeder.rendering")
print(report.ingest.files, [name for name in costly if name in sys.modules])
"""


def test_a_second_build_loads_no_model_catalog_template_or_network(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[source]\nfolder = "articles"\nsettle = "0s"\n')
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "picture.jpg").write_bytes(b"a file that is there, and is no article")

    def build() -> str:
        command = [sys.executable, "-c", _CODE, str(config)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert "feeder.feeds" in build(), "the first one writes the index page"
    assert build() == "1 []\n"
