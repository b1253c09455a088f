"""The modules of a version: what may be stored, what is hidden, and how they compare with the files."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.codecs import graph, recipe
from nbmodelver.errors import Damaged
from nbmodelver.model import Cell, ObjectId, Version, VersionId
from nbmodelver.repo.core import modules
from nbmodelver.repo.core.modules import KEY, ModuleComparison, Modules, checked, is_allowed, mentioned, some, text
from nbmodelver.repo.core.project import Project
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

DATA = {"files": {"a.py": b"import b", "b.py": b""}, "names": {"a": "a.py", "b": "b.py"}, "notes": ["a note on a.py"]}
MODULES = Modules({"a.py": b"import b", "b.py": b""}, {"a": "a.py", "b": "b.py"}, ("a note on a.py",))


def test_well_formed_data_are_modules() -> None:
    assert checked(DATA) == MODULES


@pytest.mark.parametrize(
    "data",
    [
        [], {}, {**DATA, "more": 1}, {**DATA, "files": []}, {**DATA, "files": {"a.py": "text"}},
        {**DATA, "names": {"a": "c.py"}}, {**DATA, "names": {"a-b": "a.py"}}, {**DATA, "notes": [1]},
        {**DATA, "files": {"../a.py": b""}, "names": {}}, {**DATA, "files": {"a.py": b"", "A.py": b""}, "names": {}},
    ],
)  # fmt: skip
def test_anything_else_is_damage(data: Any) -> None:
    with pytest.raises(Damaged):
        checked(data)


@pytest.mark.parametrize("path", ["a.py", "src/a.py", "größe.py", "a b.py"])
def test_a_relative_path_of_a_python_file_is_allowed(path: str) -> None:
    assert is_allowed(path)


@pytest.mark.parametrize(
    "path",
    [
        "/a.py", "../a.py", "a/../b.py", "a//b.py", "./a.py", ".hidden/a.py", "a.txt", "", "C:/a.py", "a\\b.py",
        "con.py", "LPT1.x/a.py", "a /b.py", "a./b.py", "a\nb.py", "a*.py", f"{'x' * 400}.py",
    ],
)  # fmt: skip
def test_a_path_that_could_leave_the_folder_on_any_system_is_not_allowed(path: str) -> None:
    assert not is_allowed(path)


def test_modules_come_back_from_a_store(repo: Repo) -> None:
    (draft,) = modules.encoded(MODULES)
    with repo.parts.writing() as pack:
        group = repo.group_store.put(pack, draft)
    version = Version(VersionId("a" * 40), 1, definitions=(group,))
    assert modules.group_of(version) == group
    assert modules.read(repo.group_store, version) == MODULES
    assert modules.read(repo.group_store, replace(version, definitions=())) == Modules()
    assert modules.encoded(Modules()) == []


def decoded(value: Any, **more: Any) -> Modules:
    """What the reader makes of any value under the key of modules."""
    (draft,) = graph.capture({KEY: value}, {}, definitions=False).groups
    raws = {ObjectId(f"{i:040x}"): bytes(b.raw) for i, b in enumerate(draft.buffers)}
    data = recipe.write(replace(draft, **more), list(raws))
    return modules.decoded(recipe.read(memoryview(data)), raws.__getitem__)


def test_p1_only_plain_data_is_decoded() -> None:
    assert decoded(DATA) == MODULES
    for value in ({1, 2}, 1, {**DATA, "files": {("a",): b""}}):
        with pytest.raises(Damaged):
            decoded(value)
    with pytest.raises(Damaged):
        decoded(DATA, format=graph.PICKLE)


def test_removed_paths_take_their_names_and_notes_along() -> None:
    assert MODULES.without(["a.py"]) == Modules({"b.py": b""}, {"b": "b.py"}, ())
    assert MODULES.without(["b.py"]).notes == MODULES.notes
    assert MODULES.names_of("a.py") == ["a"]


def test_a_class_needs_its_module_and_what_that_imports() -> None:
    assert MODULES.used_by(["a:Net"]) == {"a.py", "b.py"}
    assert MODULES.used_by(["b:Net"]) == {"b.py"}
    assert MODULES.reached(["numpy"]) == set()
    package = Modules({"p/__init__.py": b"", "p/q.py": b""}, {"p": "p/__init__.py", "p.q": "p/q.py"})
    assert package.reached(["p.q"]) == {"p/__init__.py", "p/q.py"}


def test_secrets_are_hidden_and_other_sources_stay_byte_for_byte() -> None:
    odd = b"x = '\xff\xfe'\r\n"
    assert modules.hidden(odd, Searcher()) == odd
    secret = b"KEY = 'AKIAIOSFODNN7EXAMPLE'\n"
    found = modules.hidden(secret, Searcher())
    assert b"AKIA" not in found
    assert b"[secret]" in found


def test_names_that_cells_and_values_mention_are_found_without_the_standard_library() -> None:
    cells = [Cell("%time import os, own.part\nfrom other import x", 1), Cell("import json, third", 2)]
    assert mentioned(cells, ["own:Net", "builtins:int"], ["numpy", "fourth:f"]) == {
        "other", "other.x", "third", "own", "numpy", "fourth",
    }  # fmt: skip


def test_a_source_is_text_whatever_its_encoding() -> None:
    assert text(b"# coding: latin-1\nx = '\xe9'\r\n") == "# coding: latin-1\nx = 'é'\n"
    assert text(b"\xff") == "\ufffd"


def compared(folder: Path, will_write: bool = False) -> ModuleComparison:
    version = Version(VersionId("a" * 40), 7)
    return ModuleComparison(version, MODULES, Project(folder / ".nbmodelver", None), will_write=will_write)


def test_missing_and_different_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "a.py").write_text("import b  # edited")
    found = compared(tmp_path)
    assert (found.missing, found.different) == (("b.py",), ("a.py",))
    assert found.lacking(["a:Net"]) == "needs the missing b.py: %mv_rollback v7 --modules"
    assert found.lacking(["numpy:ndarray"]) == ""
    notes = list(found.notes(None))
    assert notes[0].startswith("a.py differs from v7, so results may differ; to write the old source")
    assert notes[1] == "b.py of v7 is missing; to write it: %mv_rollback v7 --modules"
    assert list(found.notes(["b:Net"])) == notes[1:]
    assert found.holds("a.part")
    assert not found.holds("numpy")


def test_modules_that_will_be_written_are_not_lacking(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import b  # edited")
    found = compared(tmp_path, will_write=True)
    assert found.lacking(["a:Net"]) == ""
    assert [note.partition("; ")[2] for note in found.notes(None)] == [
        "the old source is written to a separate folder", "it is written",
    ]  # fmt: skip


def test_equal_files_differ_in_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"import b")
    (tmp_path / "b.py").write_bytes(b"")
    found = compared(tmp_path)
    assert (found.missing, found.different, list(found.notes(None))) == ((), (), [])


def test_many_paths_are_counted() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some([str(i) for i in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
