"""Stores that were released once are read for ever."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nbmodelver as mv

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from make_values import values  # noqa: E402


@pytest.fixture
def loaded(tmp_path: Path) -> dict[str, Any]:
    """What the golden store holds, into a namespace of its own."""
    shutil.copytree(HERE / "values-1", tmp_path / ".nbmodelver")
    repo = mv.open(tmp_path, trusted=True)
    assert repo.verify(full=True) == []
    namespace: dict[str, Any] = {"__name__": "__main__"}
    namespace.update(repo.load("best", namespace=namespace))
    return namespace


def test_the_golden_store_is_read_as_it_was_written(loaded: dict[str, Any]) -> None:
    want = values()
    assert repr(loaded["numbers"]) == repr(want["numbers"])
    loop, by_name, *rest = loaded["containers"]
    assert loop[1] is loop
    assert loop[0] is by_name["s"]
    assert rest == [{1, 2, 3}, frozenset("ab"), range(3)]
    assert loaded["view"].base is loaded["base"]
    assert loaded["view"].strides == want["view"].strides
    assert np.array_equal(loaded["view"], want["view"])
    assert loaded["frame"].equals(want["frame"])
    assert (loaded["frame"].dtypes == want["frame"].dtypes).all()
    assert loaded["generator"].random() == want["generator"].random()
    assert type(loaded["net"]) is loaded["Net"]
    assert loaded["net"].go(2) == 6
