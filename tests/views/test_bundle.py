"""What a bundle contains, and what was written of it."""

from __future__ import annotations

from pathlib import Path

from nbmodelver import views
from nbmodelver.model import Version, VersionId
from nbmodelver.model.bundles import Extracted, Inside
from tests.views.test_audit import wide

VERSION = Version(
    VersionId("a" * 40), 3, message="deeper <b>", saved_at_utc="2026-11-30T10:00:00Z", metrics={"acc": 0.9}
)
INSIDE = Inside(
    VERSION, "d" * 64, {"bundle.json": 1000, "README.md": 500},
    [
        {"name": "df", "kind": "dataset", "type": "pandas.DataFrame", "file": "variables/df.parquet"},
        {"name": "clf", "kind": "model", "type": "sklearn.svm.SVC", "needs_trust": True},
    ],
)  # fmt: skip


def test_a_bundle_shows_its_version_and_variables_with_their_files() -> None:
    text = wide(views.bundle_inside(INSIDE, "best.nbmv.zip"))
    assert "best.nbmv.zip · v3 deeper <b> · 2026-11-30" in text
    assert "2 files, 1.5 kB · every hash is right · dddddddddddddddd" in text
    assert "acc 0.9" in text
    assert "variables/df.parquet" in text
    assert "only nbmodelver reads it" in text
    assert "needs trust" in text
    assert "%mv_import best.nbmv.zip" in text
    assert "<b>" not in views.bundle_inside(INSIDE, "best.nbmv.zip")._repr_html_()


def test_an_intact_bundle_is_one_line() -> None:
    assert str(views.bundle_intact(INSIDE, "best.nbmv.zip")).count("\n") == 0
    assert "best.nbmv.zip is intact · 2 files" in wide(views.bundle_intact(INSIDE, "best.nbmv.zip"))


def test_extracted_files_are_counted_and_can_be_checked() -> None:
    text = wide(views.bundle_extracted(Extracted(Path("best"), 37, 66_000)))
    assert "37 files, 66 kB written to best · check: sha256sum -c manifest-sha256.txt" in text
