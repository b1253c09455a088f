"""The packages that versions use, by imports and by types of values."""

from __future__ import annotations

from nbmodelver.comparison.code.used_packages import distributions_of, normal, used_packages
from nbmodelver.comparison.versions import packages_section
from nbmodelver.model import Kept, Version, VersionId


def test_imports_and_types_name_packages() -> None:
    kept = {"m": Kept("m", 0, "model", "sklearn.svm._classes.SVC", "d" * 40, 1)}  # type: ignore[arg-type]
    found = used_packages([Version(VersionId("a" * 40), 1, kept=kept, imports={"p": "pytest:fixture"})])
    assert {"pytest", "sklearn"} <= found


def test_modules_have_the_names_of_their_distributions() -> None:
    assert "ipython" in distributions_of(["IPython"])
    assert normal("Typing_Extensions") == "typing-extensions"


def test_used_packages_come_first() -> None:
    before, after = ({"packages": {"a": v, "b": v, "z": v}} for v in ("1", "2"))
    found = packages_section(before, after, lambda: ["z"])  # type: ignore[arg-type]
    assert [row.cells[0] for row in found.rows] == ["z", "a", "b"]
    assert found.note == "the notebook uses the first 1 of them"
