"""Outputs of unchanged cells that differ between two notebook documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbmodelver.comparison.code.outputs import outputs_section


def document(**outputs: Any) -> bytes:
    cells = [
        {"cell_type": "code", "id": key, "source": [f"{key}()\n", "x"], "outputs": found}
        for key, found in outputs.items()
    ]
    return json.dumps({"cells": [*cells, {"cell_type": "markdown", "id": "m", "source": "text"}]}).encode()


def printed(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": "stdout", "text": [text]}]


def result(**data: str) -> list[dict[str, Any]]:
    return [{"output_type": "execute_result", "data": {k.replace("_", "/"): v for k, v in data.items()}}]


def test_a_changed_output_is_shown_with_its_cell() -> None:
    found = outputs_section(
        document(a=printed("acc 0.9\n"), b=printed("1")), document(a=printed("acc 0.8\n"), b=printed("1"))
    )
    assert [row.cells for row in found.rows] == [("a()", "acc 0.9", "acc 0.8")]


def test_results_errors_and_pictures_are_compared() -> None:
    error = [{"output_type": "error", "ename": "ValueError", "evalue": "no"}]
    old = document(a=result(text_plain="1"), b=result(image_png="x" * 10), c=[])
    new = document(a=result(text_plain="2"), b=result(image_png="x" * 12), c=error)
    assert [row.cells[1:] for row in outputs_section(old, new).rows] == [
        ("1", "2"), ("image/png of 10 characters", "image/png of 12 characters"), ("", "ValueError: no"),
    ]  # fmt: skip


def test_addresses_of_objects_do_not_matter() -> None:
    old, new = (document(a=result(text_plain=f"<Object at 0x{n}>")) for n in (1, 2))
    assert outputs_section(old, new).rows == ()


def test_cells_with_another_source_belong_to_the_code() -> None:
    changed = document(a=printed("2")).replace(b"a()", b"b()")
    assert outputs_section(document(a=printed("1")), changed).rows == ()


def test_answers_of_nbmodelver_are_left_out() -> None:
    old, new = (document(a=printed(text)).replace(b"a()", b"%mv_log") for text in ("1", "2"))
    assert outputs_section(old, new).rows == ()


def test_many_cells_are_counted() -> None:
    old, new = (document(**{f"c{i}": printed(text) for i in range(25)}) for text in ("1", "2"))
    found = outputs_section(old, new)
    assert (len(found.rows), found.note) == (20, "5 more cells")


@pytest.mark.parametrize("broken", [None, b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": [1]}', b'{"other": []}'])
def test_a_document_that_is_no_notebook_has_no_outputs(broken: bytes | None) -> None:
    assert outputs_section(broken, document(a=printed("1"))).rows == ()
    assert outputs_section(document(a=printed("1")), broken).rows == ()
