"""Every class of the coverage table comes back as the table says, where its package is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fidelity.coverage import VERDICTS
from tests.fidelity.coverage_rows import ROWS
from tests.fidelity.coverage_run import is_here, run

if TYPE_CHECKING:
    from tests.fidelity.coverage import Outcome, Row

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, Outcome]:
    base = tmp_path_factory.getbasetemp()
    return run((base.parent if hasattr(request.config, "workerinput") else base) / "coverage")


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_it_comes_back_as_the_table_says(row: Row, request: pytest.FixtureRequest) -> None:
    if not is_here(row.package):
        pytest.skip(f"not installed: {row.package}")
    found = request.getfixturevalue("outcomes")[row.label]
    assert found.verdict == row.verdict, found.why
    assert row.says in found.why


def test_the_table_is_large_enough_and_names_a_class_once() -> None:
    assert len({row.label for row in ROWS}) == len(ROWS) >= 180
    assert len({row.package for row in ROWS}) >= 40


def test_the_page_has_every_row_of_the_table() -> None:
    lines = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    shown = {(cells[0][2:].split()[0], cells[1]): cells[2].removesuffix(" ◦") for cells in lines[1:]}
    told = {(row.package, row.name): VERDICTS[row.verdict] for row in ROWS}
    assert shown.keys() == told.keys()
    assert [k for k, verdict in shown.items() if verdict not in ("not run", told[k])] == []
