"""Metrics, outputs and variables of a run beside the record."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.bundle.rerun.folders import RunFolders
from nbmodelver.bundle.rerun.running import RunOutcome
from nbmodelver.bundle.rerun.verdicts import cell_outputs, metrics, results
from nbmodelver.model import Cell, Version, VersionId

if TYPE_CHECKING:
    from pathlib import Path

VERSION = Version(
    VersionId("a" * 40), 1, metrics={"acc": 0.9, "f1": 0.5, "given": 1.0},
    expressions={"acc": "score()", "f1": "f1()"},
)  # fmt: skip
CELLS = [Cell("print(1)", id="a"), Cell("x", id="b"), Cell("print(1)", id="a"), Cell("%mv_status\ny", id="c")]


def notebook(**outputs: str) -> bytes:
    cells = [
        {"cell_type": "code", "id": c.id, "source": c.source,
         "outputs": [{"output_type": "stream", "text": outputs[c.id]}] if c.id in outputs else []}
        for c in CELLS
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def stream(text: str) -> list[dict[str, str]]:
    return [{"output_type": "stream", "text": text}]


def test_metrics_are_compared_by_value_and_what_was_not_measured_is_named() -> None:
    found = {i.name: i for i in metrics(VERSION, replace(VERSION, metrics={"acc": 0.9 + 1e-12}), {})}
    assert found["acc"].agreed == "numerically equal"
    assert (found["f1"].agreed, found["f1"].detail) == ("missing", "it was not measured")
    assert "given" not in found
    (first, *_) = metrics(VERSION, None, {"failed_metrics": {"acc": "NameError: no"}})
    assert (first.agreed, first.detail) == ("missing", "NameError: no")


def test_outputs_are_those_of_the_last_run_of_a_cell() -> None:
    document = notebook(a="1\n", b="2\n", c="3\n")
    again = {"0": stream("other"), "1": stream("5\n"), "2": stream("1\n"), "3": stream("3\n")}
    found = {i.name: i.agreed for i in cell_outputs(CELLS, document, again)}
    assert found == {"cell 2": "different", "cell 3": "bit-identical"}
    assert [i.agreed for i in cell_outputs(CELLS, document, {})] == ["missing", "missing"]


def test_without_recorded_outputs_there_is_nothing_to_compare() -> None:
    for document in (None, b"no json", notebook(), b'{"cells": 3}'):
        assert list(cell_outputs(CELLS, document, {"1": stream("5")})) == []


def test_a_run_without_a_version_has_no_results(tmp_path: Path) -> None:
    folders = RunFolders(tmp_path, tmp_path, tmp_path)
    assert results(RunOutcome(folders, "the kernel ended", 1.0)) is None
    assert results(RunOutcome(folders, "", 1.0, {"version": "a" * 40})) is None
