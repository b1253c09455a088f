"""The documents of a version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Damaged, MissingPart
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core.documents import canonical_json

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def test_documents_come_back_as_they_were_stored(repo: Repo) -> None:
    cells = [Cell("x = '\ud800é'", 3, 0.5, ok=False)]
    version = repo.commit({"x": 1}, around=CommitContext(cells=cells, notebook=b'{"cells": []}'))
    assert repo.documents.cells(version) == cells
    assert repo.documents.notebook(version) == b'{"cells": []}'
    assert repo.documents.environment(version)["python"]


def test_a_version_without_documents_has_none(repo: Repo) -> None:
    bare = replace(repo.commit({"x": 1}), cells=None, environment=None, notebook=None)
    assert (repo.documents.cells(bare), repo.documents.environment(bare), repo.documents.notebook(bare)) == (
        [],
        {},
        None,
    )


def test_a_document_that_is_not_json_or_lost_is_damage(repo: Repo) -> None:
    version = repo.commit({"x": 1})
    with repo.parts.writing() as pack:
        part = pack.put(b"{not json")
    with pytest.raises(Damaged, match="not valid JSON"):
        repo.documents.cells(replace(version, cells=part))
    with pytest.raises(MissingPart):
        repo.documents.cells(replace(version, cells="ab" * 20))  # type: ignore[arg-type]


def test_equal_data_gives_equal_bytes() -> None:
    assert canonical_json({"b": 1, "a": ["é"]}) == canonical_json({"a": ["é"], "b": 1}) == '{"a":["é"],"b":1}'.encode()
