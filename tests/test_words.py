"""One class name means one thing: no class name in two files of the package, but those on a list with reasons."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import nbmodelver

PACKAGE = Path(nbmodelver.__file__).parent

SHARED = {}
"""Class name -> why it may be in several files, or where it is to be renamed."""


def shared(package: Path) -> dict[str, list[str]]:
    """Class names that are defined in several files of a package, with these files."""
    files: dict[str, set[str]] = defaultdict(set)
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                files[node.name].add(file.relative_to(package).as_posix())
    return {name: sorted(places) for name, places in sorted(files.items()) if len(places) > 1}


def test_no_class_name_is_in_two_files_but_those_on_the_list() -> None:
    assert {name: places for name, places in shared(PACKAGE).items() if name not in SHARED} == {}


def test_the_list_has_only_names_that_are_in_two_files() -> None:
    assert sorted(SHARED.keys() - shared(PACKAGE).keys()) == []


def test_a_class_name_in_two_files_is_found(tmp_path: Path) -> None:
    for name, source in (
        ("a", "class One: pass"),
        ("b", "class One: pass\nclass Two: pass"),
        ("c", "class Three: pass"),
    ):
        (tmp_path / f"{name}.py").write_text(source)
    assert shared(tmp_path) == {"One": ["a.py", "b.py"]}
