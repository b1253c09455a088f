"""The modules that belong to a notebook's project."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo.core import project
from nbmodelver.repo.core.project import Project, assigned, imported, inner_path, roots

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with a package and a module beside it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package" / "__init__.py").write_text("from . import inner\n")
    (tmp_path / "own_package" / "inner.py").write_text("import json\n")
    (tmp_path / "own_module.py").write_text("import own_package\n")
    yield tmp_path
    for name in [n for n in sys.modules if n.startswith("own_")]:
        del sys.modules[name]


def test_a_mentioned_module_brings_what_it_imports(folder: Path) -> None:
    found = Project(folder / ".nbmodelver", None).modules(["own_module"])
    assert dict(found.names) == {
        "own_module": "own_module.py",
        "own_package": "own_package/__init__.py",
        "own_package.inner": "own_package/inner.py",
    }
    assert set(found.files) == set(found.names.values())
    assert dict(found.gone) == {}


def test_nothing_of_the_standard_library_and_of_installed_packages_belongs_to_it(folder: Path) -> None:
    assert dict(Project(folder / ".nbmodelver", None).modules(["json", "numpy", "nbmodelver", "no_such"]).names) == {}


def test_a_loaded_module_belongs_to_it_without_being_mentioned_even_if_its_file_is_gone(folder: Path) -> None:
    importlib.import_module("own_module")
    (folder / "own_module.py").unlink()
    found = Project(folder / ".nbmodelver", None).modules([])
    assert "own_package" in found.names
    assert dict(found.gone) == {"own_module.py": "own_module"}


def test_a_store_in_memory_has_no_project(folder: Path) -> None:
    made = Project(None, None)
    assert not made.has_files
    assert dict(made.modules(["own_module"]).files) == {}
    assert made.folder == folder


def test_a_notebook_outside_of_the_folder_of_the_store_has_its_own_project(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert Project(tmp_path / "a" / ".nbmodelver", tmp_path / "a" / "b").folder == tmp_path / "a"
    assert Project(tmp_path / "a" / "b" / ".nbmodelver", tmp_path / "a").folder == tmp_path / "a"


def test_hidden_folders_do_not_belong_to_it(folder: Path) -> None:
    made = Project(folder / ".nbmodelver", None)
    assert made.path_of("x", str(folder / "x.py")) == "x.py"
    assert made.path_of("x", str(folder / ".venv" / "x.py")) is None
    assert made.path_of("x", str(folder / "site-packages" / "x.py")) is None
    assert made.path_of("nbmodelver.x", str(folder / "x.py")) is None


def test_the_current_file_of_a_version_path_is_found(folder: Path) -> None:
    made = Project(folder / ".nbmodelver", None)
    assert made.now("own_module.py", ["own_module"]) == folder / "own_module.py"
    assert made.now("own_module.py", []) == folder / "own_module.py"
    assert made.now("gone.py", ["gone"]) is None
    assert made.is_importable("own_package.inner", "own_package/inner.py")
    assert not made.is_importable("gone", "gone.py")


@pytest.mark.parametrize(
    ("source", "name", "is_package", "names"),
    [
        ("import a.b, c", "", False, ("a.b", "c")),
        ("def f():\n    from a import b, c", "", False, ("a", "a.b", "a.c")),
        ("from a import *", "", False, ("a",)),
        ("from . import x", "p.q", False, ("p", "p.x")),
        ("from . import x", "p.q", True, ("p.q", "p.q.x")),
        ("from ..r import x", "p.q.s", False, ("p.r", "p.r.x")),
        ("from ... import x", "p.q", False, ()),
        ("import (", "", False, ()),
        ("x = '\0'", "", False, ()),
    ],
)
def test_imports_are_read_from_the_source(source: str, name: str, is_package: bool, names: tuple[str, ...]) -> None:
    assert imported(source.encode(), name, is_package=is_package) == names


def test_assigned_names_are_those_of_every_scope() -> None:
    assert assigned(b"x = 1\ndef f():\n    y, self.z = 1, 2\nprint(w)") == {"x", "y", "z"}
    assert assigned(b"x = (") == {"x"}


def test_a_folder_of_the_search_path_is_what_remains_of_a_path() -> None:
    assert inner_path("a.b", "src/a/b.py") == "a/b.py"
    assert inner_path("a", "src/a/__init__.py") == "a/__init__.py"
    assert inner_path("a", "ba.py") == ""
    assert roots({"a": "a.py", "p.q": "src/p/q.py", "odd": "other.py"}) == ["", "src"]


def test_a_file_is_read_again_only_if_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"one")
    os.utime(file, (1, 1))
    assert project.read(file) == b"one"
    monkeypatch.setattr(Path, "read_bytes", lambda _self: b"read again")
    assert project.read(file) == b"one"
    os.utime(file, (2, 2))
    assert project.read(file) == b"read again"


def test_a_file_that_is_too_large_or_missing_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "MOST_BYTES", 3)
    (tmp_path / "x.py").write_bytes(b"four")
    (tmp_path / "y.py").write_bytes(b"123")
    assert project.read(tmp_path / "x.py") is None
    assert project.read(tmp_path / "y.py") == b"123"
    assert project.read(tmp_path / "gone.py") is None
