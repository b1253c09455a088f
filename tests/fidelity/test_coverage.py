"""Every class of the coverage table whose package is installed is restored as the table says."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fidelity.coverage import VERDICTS
from tests.fidelity.coverage_rows import ROWS
from tests.fidelity.coverage_run import is_here, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fidelity.coverage import Outcome, Row

HERE = [row for row in ROWS if is_here(row.package)]
"""The rows that can run: of packages that are installed, in this process and in its children."""

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, Outcome]:
    base = tmp_path_factory.getbasetemp()
    return run((base.parent if hasattr(request.config, "workerinput") else base) / "coverage")


@pytest.mark.slow
@pytest.mark.parametrize("row", HERE, ids=lambda row: row.label)
def test_it_comes_back_as_the_table_says(row: Row, outcomes: dict[str, Outcome]) -> None:
    found = outcomes[row.label]
    assert found.verdict == row.verdict, found.why
    assert row.says in found.why


def test_a_row_is_left_out_only_if_its_package_is_not_installed(record_property: Callable[[str, object], None]) -> None:
    missing = sorted({row.package for row in ROWS} - {row.package for row in HERE})
    record_property("rows_not_collected", len(ROWS) - len(HERE))
    record_property("packages_not_installed", ", ".join(missing))
    print(
        f"{len(ROWS) - len(HERE)} of {len(ROWS)} rows are not collected; not installed: {', '.join(missing) or 'none'}"
    )
    for name in missing:
        with pytest.raises(ImportError):
            import_module(name)
    assert HERE


def test_the_table_is_large_enough_and_names_a_class_once() -> None:
    assert len({row.label for row in ROWS}) == len(ROWS) >= 180
    assert len({row.package for row in ROWS}) >= 40


def test_the_page_has_every_row_of_the_table() -> None:
    lines = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    shown = {(cells[0][2:].split()[0], cells[1]): cells[2].removesuffix(" ◦") for cells in lines[1:]}
    told = {(row.package, row.name): VERDICTS[row.verdict] for row in ROWS}
    assert shown.keys() == told.keys()
    assert [k for k, verdict in shown.items() if verdict not in ("not run", told[k])] == []
