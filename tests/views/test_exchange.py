"""Exports to other systems and imports from them, drawn."""

from __future__ import annotations

from nbmodelver.model.exchange import ExportedVersion, ImportedVersion, LeftOut, SystemExport, SystemImport
from nbmodelver.views import exported_to, imported_from


def test_losses_of_several_versions_are_one_line() -> None:
    left = tuple(LeftOut(f"v{n}", "model", "it cannot be loaded here") for n in (1, 2, 3))
    versions = tuple(ExportedVersion(f"v{n}", str(n), "written", 10, "1 file equal") for n in (1, 2, 3))
    said = str(exported_to(SystemExport("files", "out", versions, left, ("tag best moved",), ("run it there",))))
    assert said.splitlines() == [
        "wrote 3 versions (30 B) to out", "v3: 1 file equal", "tag best moved",
        "v1 to v3: model · it cannot be loaded here", "run it there",
    ]  # fmt: skip


def test_long_lists_are_cut() -> None:
    versions = tuple(ImportedVersion(str(n), f"run {n}", f"v{n}", "new", ("model",)) for n in range(30))
    said = str(imported_from(SystemImport("mlflow", "m.db", versions)))
    assert "and 10 more" in said
    assert "run 19" in said
    assert "run 20" not in said


def test_a_version_that_changed_elsewhere_is_marked() -> None:
    done = SystemImport("files", "x", (ImportedVersion("1", "a.pkl", "v2", "changed", ("a",), ("a",)),))
    assert "changed there" in str(imported_from(done))
    assert str(imported_from(SystemImport("files", "x"))).startswith("nothing new in x")
