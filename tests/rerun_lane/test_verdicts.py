"""Each notebook of a stranger re-runs to the right verdict with the right cause.

`make test` runs the quick ones; `make test-reruns` and the lane of the newest Python run all.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver import cli
from tests.rerun_lane import (
    chance_notebooks,
    file_notebooks,
    machine_notebooks,
    order_notebooks,
    output_notebooks,
    value_notebooks,
)
from tests.rerun_lane.recording import KernelServer, recorded
from tests.rerun_lane.web_page import CountingPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rerun_lane.notebook import Notebook

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
TABLES = (
    order_notebooks, chance_notebooks, file_notebooks, output_notebooks, value_notebooks, machine_notebooks,
)  # fmt: skip
NOTEBOOKS = [notebook for table in TABLES for notebook in table.NOTEBOOKS]


def cases() -> Iterator[Any]:
    for notebook in NOTEBOOKS:
        marks = [] if notebook.quick else [pytest.mark.every_rerun]
        yield pytest.param(notebook, id=notebook.name, marks=marks)


def test_each_notebook_has_a_name_of_its_own_and_few_are_quick() -> None:
    names = [notebook.name for notebook in NOTEBOOKS]
    assert len({*names}) == len(names) >= 24
    assert len([notebook for notebook in NOTEBOOKS if notebook.quick]) == 8


@pytest.fixture(scope="session")
def server() -> Iterator[KernelServer]:
    with KernelServer() as started:
        yield started


@pytest.mark.parametrize("notebook", list(cases()))
def test_a_rerun_has_the_right_verdict_and_causes(
    notebook: Notebook,
    server: KernelServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in notebook.needs:
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed in this environment")
    folder = tmp_path / "project" / "study"
    with CountingPage() as page:
        bundle = recorded(notebook, folder, server, page.port if notebook.web else 0)
        if notebook.web != "counts":
            page.stop()
        found, status = rerun(notebook, bundle, folder, monkeypatch, capsys)
    assert "\n".join(wrong(notebook, found)) == ""
    assert status == (0 if found["reproduced"] else 1)


def rerun(
    notebook: Notebook, bundle: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], int]:
    """The result of `nbmodelver rerun` in another folder, or in that of the notebook, and its exit status."""
    elsewhere = folder if notebook.of_store else bundle.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    monkeypatch.chdir(elsewhere)
    capsys.readouterr()
    target = ["v1"] if notebook.of_store else [str(bundle), "--yes"]
    status = cli.main(["rerun", *target, "--here", "--json", *notebook.options])
    said = capsys.readouterr().out
    assert said, "the re-run said nothing"
    return json.loads(said), status


def wrong(notebook: Notebook, found: dict[str, Any]) -> Iterator[str]:
    """What of the result is not as it has to be."""
    if found["verdict"] != notebook.verdict:
        yield f"the verdict is {found['verdict']}, not {notebook.verdict}"
    if not re.fullmatch(notebook.ended, found["ended"]):
        yield f"it ended: {found['ended']!r}"
    if found["runs"] > notebook.runs:
        yield f"it ran {found['runs']} times"
    yield from _wrong_gaps(notebook, found["lacks"])
    yield from _wrong_items(notebook, found["items"])


def _wrong_gaps(notebook: Notebook, lacks: list[str]) -> Iterator[str]:
    for pattern in notebook.lacks:
        if not any(re.fullmatch(pattern, gap) for gap in lacks):
            yield f"no gap is {pattern!r}"
    for gap in lacks:
        if not any(re.fullmatch(pattern, gap) for pattern in notebook.lacks):
            yield f"a gap: {gap}"


def _wrong_items(notebook: Notebook, items: list[dict[str, Any]]) -> Iterator[str]:
    names = [item["name"] for item in items]
    yield from (f"no item {name}" for name in notebook.items if name not in names)
    yield from (f"an item {name}" for name in notebook.absent if name in names)
    for item in items:
        verdict, cause = notebook.items.get(item["name"], ("bit-identical", ""))
        said = item["cause"] + (" (tested)" if item["tested"] else "")
        if item["verdict"] != verdict or not re.fullmatch(cause, said):
            yield f"{item['what']} {item['name']}: {item['verdict']} ({item['detail']}), cause: {said!r}"
