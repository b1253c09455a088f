"""What comes back is what was there: every case in the same kernel, in a fresh one, and with late imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fidelity.cases import CASES
from tests.fidelity.harness import Problems, problems_of

if TYPE_CHECKING:
    from tests.fidelity.case import Case

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, Problems]:
    """How -> case -> problems, filled when first asked for."""
    base = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        base = base.parent
    folder = base / "fidelity"

    class Lazily(dict[str, Problems]):
        def __missing__(self, how: str) -> Problems:
            self[how] = problems_of(how, folder)
            return self[how]

    return Lazily()


@pytest.mark.parametrize("how", ["same", "fresh", "late"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_comes_back(case: Case, how: str, results: dict[str, Problems]) -> None:
    if case.missing:
        pytest.skip(f"not installed: {', '.join(case.missing)}")
    problems = results[how].get(case.name, ["it did not run"])
    assert not problems, "\n".join(problems)


def test_the_table_is_large_enough_and_every_name_is_used_once() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 250


def test_no_case_allows_for_nearly_everything() -> None:
    assert [case.name for case in CASES if any(len(text) < 5 for text in case.loose)] == []
