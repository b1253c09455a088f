"""What cells take from around them is found in their code."""

from __future__ import annotations

import pytest

from nbmodelver.bundle.rerun.surroundings import asking, restoring, uses_store, variables
from nbmodelver.model import Cell, Version, VersionId


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("n = os.environ['A']", ("A",)),
        ("n = os.environ.get('A', '1') + environ['B']", ("A", "B")),
        ("n = os.getenv('A')", ("A",)),
        ("n = 1 if 'A' in os.environ else 2", ("A",)),
        ("os.environ['A'] = '1'\nn = os.environ['A']", ()),
        ("%env A=3\nn = os.environ['A']", ()),
        ("%set_env A 3\nn = os.environ['A']", ()),
        (("os.environ.setdefault('A', '1')\nos.environ.update({'B': '2'}, C='3')\n"
         "n = [os.getenv(v) for v in names] + [os.getenv('A'), os.getenv('B'), os.getenv('C')]"), ()),
        ("n = os.environ['HOME'] + os.environ['OMP_NUM_THREADS']", ()),
        ("n = settings.get('A') + rows['B']", ()),
    ],
)  # fmt: skip
def test_variables_of_the_environment_that_cells_read(source: str, names: tuple[str, ...]) -> None:
    assert variables([Cell(source)]) == names


def test_what_a_later_cell_sets_was_read_before() -> None:
    assert variables([Cell("n = os.getenv('A')"), Cell("os.environ['A'] = '1'")]) == ("A",)


def test_questions_are_counted_by_cell() -> None:
    cells = [Cell("n = input('?')\nm = input()"), Cell("import getpass\nk = getpass.getpass()"), Cell("inputs = 3")]
    assert asking(cells) == 2


def test_magics_that_put_values_in_place_are_found_also_as_comments_of_a_bundle() -> None:
    version = Version(VersionId("a" * 40), 1)
    cells = [Cell("x = 1\n%mv_commit x"), Cell("# %mv_rollback v1 ran here"), Cell("%mv_undo")]
    assert restoring(cells, version) == ("%mv_rollback", "%mv_undo")
    merged = Version(VersionId("a" * 40), 3, parents=(VersionId("b" * 40), VersionId("c" * 40)))
    assert restoring([], merged) == ("%mv_merge",)


@pytest.mark.parametrize(
    ("source", "does"),
    [("v = %mv_log", True), ("import nbmodelver", True), ("r = mv.open('.')", True), ("x = mv + 1", False)],
)
def test_cells_that_ask_for_versions(source: str, does: bool) -> None:
    assert uses_store(source) is does
