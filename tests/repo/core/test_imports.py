"""Names that an import bound: found, recorded, and imported again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.catalogue import records
from nbmodelver.errors import Damaged
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core import imports

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_an_import_gives_is_found() -> None:
    from collections import OrderedDict

    class Local:
        pass

    values = {
        "json": json,
        "dumps": json.dumps,
        "O": OrderedDict,
        "Local": Local,
        "_json": json,
        "n": 1,
        "f": lambda: 0,
    }
    assert imports.found(values) == {"json": "json", "dumps": "json:dumps", "O": "collections:OrderedDict"}
    objects, failed = imports.bind({**imports.found(values), "x": "json:nothing", "y": "no_such_module"})
    assert objects == {"json": json, "dumps": json.dumps, "O": OrderedDict}
    assert failed["x"].startswith("AttributeError")
    assert failed["y"].startswith("ModuleNotFoundError")


@pytest.mark.parametrize("wrong", [{"np": 1}, ["np"], {"np": None}, {"np": ["numpy"]}])
def test_p19_imports_of_another_form_are_no_version(wrong: Any) -> None:
    raw = json.dumps({"number": 1, "imports": wrong}).encode()
    with pytest.raises(Damaged):
        records.version_of(raw, VersionId("0" * 40))


def test_a_version_without_imports_is_the_record_it_was() -> None:
    version = Version(VersionId("0" * 40), 1)
    assert b"imports" not in records.canonical(version)
    assert Version.from_dict(version.to_dict()) == version


def test_imports_come_back_equal_from_the_store(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    made = repo.commit({"n": 1}, around=mv.repo.CommitContext(imports={"np": "numpy", "n": "own:n"}))
    assert dict(mv.open(tmp_path)["v1"].imports) == dict(made.imports) == {"np": "numpy"}


def test_a_module_that_ends_itself_ends_no_rollback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "script_of_mine.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert imports.bind({"s": "script_of_mine"}) == ({}, {"s": "SystemExit: 3"})
