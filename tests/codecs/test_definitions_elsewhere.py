"""Definitions of every sort, committed and loaded as another Python would: from their texts, never from bytecode."""

from __future__ import annotations

import json
import marshal
import sys
from pathlib import Path
from typing import Any

import pytest

from nbmodelver.codecs import sources
from tests.codecs.cells import kept, loaded, run, skeletons

WORLDS = Path(__file__).parents[1] / "golden" / "worlds"
sys.path.insert(0, str(WORLDS))

import definitions  # noqa: E402

CASES = [case for case in definitions.cases() if case.is_available]
WITHOUT_SOURCE = {"tool", "made"}
CHANGED_BY_USE = {"counter", "timed", "cell_pair", "words"}


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """The namespace after all cells."""
    scope = run(definitions.IMPORTS)
    for case in CASES:
        run(case.cell, scope)
    return scope


def used(case: definitions.Case, scope: dict[str, Any]) -> str:
    """What the expression of a case gives in this namespace."""
    for text in (definitions.IMPORTS, *(f"import {need}" for need in case.needs)):
        exec(text, scope)
    return repr(eval(case.check, scope))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in WITHOUT_SOURCE], ids=lambda case: case.name
)
def test_a_definition_works_in_another_python(
    case: definitions.Case, notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = used(case, notebook)
    capture = kept(notebook, case.name)
    assert used(case, loaded(capture)) == wanted
    monkeypatch.setattr(sources, "PYTHON", "cpython-399-00000000")
    monkeypatch.setattr(marshal, "loads", lambda _data: pytest.fail("bytecode of another Python was used"))
    assert used(case, loaded(capture)) == wanted


def test_definitions_give_the_same_bytes_in_every_kernel(notebook: dict[str, Any]) -> None:
    names = [case.name for case in CASES if case.name not in CHANGED_BY_USE]
    again = run(definitions.IMPORTS)
    for case in CASES:
        run(case.cell, again)
    first, second = skeletons(kept(notebook, *names)), skeletons(kept(again, *names))
    assert [name for name in first if first[name] != second[name]] == []


def test_dataclasses_of_one_cell_are_kept_apart(notebook: dict[str, Any]) -> None:
    capture = kept(notebook, "Item", "Pair", "Conf", "SubItem")
    assert all(len(draft.names) == 1 for draft in capture.definitions), json.dumps(
        [draft.names for draft in capture.definitions]
    )
