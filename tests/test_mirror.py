"""Tests mirror the package: `nbmodelver/store/packs.py` is tested by `tests/store/test_packs.py`.

A file that only defines interfaces, dataclasses without methods, or tables of data needs no tests.
"""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

import nbmodelver

PACKAGE, TESTS = Path(nbmodelver.__file__).parent, Path(__file__).parent

COVERED_ELSEWHERE = {
    "testing/backends.py": "a contract suite: tests/store/backends/*.py inherit it",
    "testing/codecs.py": "a contract suite: tests/codecs/*.py inherit it",
    "testing/objects.py": "a contract suite: tests/store/objects/*.py inherit it",
    "testing/kinds.py": "a contract suite: tests/kinds/*.py inherit it",
    "exchange/git/*": "whole exports and imports: tests/exchange/git, and with the clients tests/exchange_lane",
    "exchange/mlflow_*": "whole exports and imports: tests/exchange/mlflow, and with the client tests/exchange_lane",
    "system/kernel32.py": "calls of Windows only; tests/system/windows_disk.py substitutes them",
}
"""File, or pattern of files that are tested together -> why it has no test file of its own, and where it is tested."""


def has_logic(source: str) -> bool:
    """True if any function has more than a docstring, `...` or `raise NotImplementedError` in its body."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            if any(not isinstance(s, ast.Pass) for s in body):
                return True
    return False


def without_tests(package: Path, tests: Path) -> list[str]:
    """The files with logic that have no test file of their name in the same folder below `tests`."""
    found = []
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        test = tests / place.parent / f"test_{place.name}"
        if not place.name.startswith("__") and not test.is_file() and has_logic(file.read_text(encoding="utf-8")):
            found.append(place.as_posix())
    return found


def test_each_file_has_a_test_file_of_its_name() -> None:
    found = {_pattern_of(file) for file in without_tests(PACKAGE, TESTS)}
    assert sorted(found) == sorted(COVERED_ELSEWHERE), "add tests/FOLDER/test_FILE.py"


def _pattern_of(file: str) -> str:
    """The pattern of the list that the file matches, else the file itself."""
    return next((pattern for pattern in COVERED_ELSEWHERE if fnmatch(file, pattern)), file)


def test_the_list_of_exceptions_is_short_and_each_has_a_reason() -> None:
    assert len(COVERED_ELSEWHERE) < 30
    assert all(" " in reason for reason in COVERED_ELSEWHERE.values())


@pytest.mark.parametrize(
    ("source", "has"),
    [
        ("X = 1", False), ("class A:\n    x: int = 0", False),
        ('class P:\n    def f(self):\n        """Text."""', False),
        ("class P:\n    def f(self): ...", False), ("def f(): return 1", True), ("async def f():\n    await g()", True),
        ("class A:\n    @property\n    def x(self):\n        return 1", True),
    ],
)  # fmt: skip
def test_interfaces_and_tables_have_no_logic(source: str, has: bool) -> None:
    assert has_logic(source) is has


def test_a_file_without_a_test_file_is_found(tmp_path: Path) -> None:
    for file in ("pkg/codecs/__init__.py", "pkg/codecs/a.py", "pkg/codecs/b.py", "pkg/c.py", "tests/codecs/test_a.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("def f():\n    return 1\n")
    assert without_tests(tmp_path / "pkg", tmp_path / "tests") == ["c.py", "codecs/b.py"]
