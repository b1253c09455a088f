"""The documents of a bundle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_texts_of_the_version_are_escaped_in_the_documents(unzipped: Path) -> None:
    report = (unzipped / "REPORT.html").read_text("utf-8")
    assert "<b>" not in report
    assert "deeper\\u000a&lt;b&gt;" in report
    assert "<b>" not in (unzipped / "README.md").read_text("utf-8")
    assert "deeper" not in (unzipped / "notebook.ipynb").read_text("utf-8")


def test_the_crate_lists_every_file(unzipped: Path) -> None:
    crate = json.loads((unzipped / "ro-crate-metadata.json").read_text())
    listed = {e["@id"] for e in crate["@graph"] if "File" in e["@type"]}
    there = {f.relative_to(unzipped).as_posix() for f in unzipped.rglob("*") if f.is_file()}
    assert there - listed == {"ro-crate-metadata.json", "manifest-sha256.txt"}
