"""load.py: the program of the folder that loads the model, makes rows for it, and predicts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.actions.handover.inputs import Inputs

_UNSAFE = re.compile(r"[^\w@/.+-]")
"""What a name must not bring into a program: a record from elsewhere chooses the names of its variables."""

PROGRAM = '''\
"""Loads '{name}' of {title}. It needs the packages of requirements.txt, and nothing of nbmodelver."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent


def load():
    """Return the model."""
    {load}
    return model


def rows_of(data):
    """Return rows as the model takes them, from lists of values in the order of signature.json."""
    {rows}


def predict(model, rows):
    """Return what the model predicts for the rows."""
    return {predict}


def example():
    """Return the rows of the example, None without one."""
    {example}


if __name__ == "__main__":
    model, rows = load(), example()
    print(type(model).__name__ if rows is None else json.dumps(predict(model, rows).tolist()))
'''
EXAMPLE = (
    'given = json.loads((HERE / "example.json").read_text(encoding="utf-8"))',
    'return rows_of(given["data"])',
)


def load_program(
    name: str, title: str, load: Sequence[str], inputs: Inputs | None, predict: str, *, has_example: bool
) -> str:
    """Return the text of load.py.

    load: lines of Python that bind `model`. inputs: None if nothing is known about the rows. predict: an expression of
    `model` and `rows`.
    """
    rows = inputs.read() if inputs is not None else ('raise TypeError("the inputs of the model are not known")',)
    return PROGRAM.format(
        name=safe(name), title=safe(title), load=_block(load), rows=_block(rows), predict=predict,
        example=_block(EXAMPLE if has_example else ("return None",)),
    )  # fmt: skip


def safe(name: str) -> str:
    """Return a name without what could end a text or a line of a program or of a Dockerfile."""
    return _UNSAFE.sub("_", name)


def _block(lines: Sequence[str]) -> str:
    return "\n    ".join(lines)
