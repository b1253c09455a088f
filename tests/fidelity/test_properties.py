"""Whatever the values: they come back alike, the same value gives the same bytes, and plain data needs no pickle."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nbmodelver.codecs import graph, unpickling
from nbmodelver.errors import NotLoadable
from tests.fidelity.alike import alike
from tests.fidelity.strategies import worlds

ROOT = Path(__file__).parents[2]
often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def decoded(capture: graph.Capture) -> dict[str, Any]:
    loader = graph.Loader({}, lambda key: None)
    values: dict[str, Any] = {}
    for draft in capture.groups:
        values.update(graph.decode(draft, loader))
    return values


def without_gaps(differences: list[str]) -> list[str]:
    """The differences but for the gaps between elements, which the view of an array nobody keeps comes back without."""
    return [d for d in differences if ".strides" not in d and (".flags." not in d or "WRITEABLE" in d)]


def encoded(world: dict[str, Any]) -> str:
    """A digest of everything that a commit would store."""
    capture = graph.capture(world, {})
    digest = hashlib.sha256()
    for draft in capture.groups:
        digest.update(repr((draft.names, draft.format, draft.skeleton, draft.own, draft.table)).encode())
        for buffer in draft.buffers:
            digest.update(bytes(buffer.raw))
    return digest.hexdigest()


@often
@given(worlds())
def test_what_was_captured_comes_back_alike(world: dict[str, Any]) -> None:
    capture = graph.capture(world, {})
    assert not capture.skipped
    assert without_gaps(alike(decoded(capture), world)) == []


@often
@given(worlds())
def test_the_same_value_has_the_same_bytes(world: dict[str, Any]) -> None:
    first = encoded(world)
    assert encoded(world) == first
    assert encoded(decoded(graph.capture(world, {}))) == first


@often
@given(worlds(frames_too=False))
def test_plain_data_comes_back_without_pickle(world: dict[str, Any]) -> None:
    class Exploding(pickle.Unpickler):
        def __init__(self, *_: Any) -> None:
            raise AssertionError("a pickle was read")

    capture = graph.capture(world, {})
    plain = [d for d in capture.groups if d.format == graph.PLAIN]
    own, unpickling.Unpickler = unpickling.Unpickler, Exploding  # type: ignore[misc,assignment]
    try:
        loader = graph.Loader({}, lambda key: None, trusted=False)
        for draft in plain:
            assert without_gaps(alike(graph.decode(draft, loader), world, list(draft.names))) == []
    finally:
        unpickling.Unpickler = own  # type: ignore[misc]
    assert plain or any("tuple" in repr(type(v)) or isinstance(v, tuple | list | dict) for v in world.values())


def test_the_hash_seed_changes_no_byte() -> None:
    """Sets of strings, type tables, definitions: none may follow the order of hashes."""
    digests = {_digest_in_a_new_process(seed) for seed in ("0", "1", "77")}
    assert len(digests) == 1


def _digest_in_a_new_process(seed: str) -> str:
    script = "from tests.fidelity.test_properties import encoded, a_world; print(encoded(a_world()))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def a_world() -> dict[str, Any]:
    """Values whose encoding could depend on hashes or addresses."""
    import numpy as np
    import pandas as pd

    words = {f"word {i}" for i in range(50)}
    index = pd.MultiIndex.from_product([["a", "b"], pd.date_range("2020", periods=2)])
    mixed = [1, "a", 2.5, None, b"x", (1, "t"), {"k": words}, frozenset({("a", 1), ("b", 2.5)})]

    class Holder:
        tags = frozenset(words)

        def __init__(self) -> None:
            self.words, self.mixed = words, mixed

    Holder.__module__, Holder.__qualname__ = "__main__", "Holder"
    frame = pd.DataFrame({"v": np.arange(4.0)}, index=index)
    return {"words": words, "frame": frame, "mixed": mixed, "held": Holder(), "copy": copy.deepcopy(mixed)}


def test_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for pickle's reader would be met if it were called."""
    monkeypatch.setattr(unpickling, "Unpickler", None)
    capture = graph.capture({"e": ValueError("x")}, {})
    with pytest.raises(NotLoadable, match="NoneType"):
        decoded(capture)
