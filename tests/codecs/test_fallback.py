"""The pickler takes arrays and definitions out of a pickle, and refuses what would come back as something else."""

from __future__ import annotations

import decimal
import io
import pickletools
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import fallback
from nbmodelver.codecs.draft import PICKLE
from nbmodelver.codecs.keys import DefinitionKeys
from nbmodelver.codecs.memory import Memory
from tests.codecs.again import Again, refused
from tests.codecs.cells import kept, loaded, run


class Held:
    """A class of a test: its instances need pickle."""

    def __init__(self, value: Any) -> None:
        self.value = value


def pickled(value: Any) -> tuple[bytes, fallback.Pickler]:
    file = io.BytesIO()
    pickler = fallback.Pickler(file, Memory(), DefinitionKeys({}))
    pickler.dump(value)
    return file.getvalue(), pickler


def test_the_memory_of_an_array_is_not_in_the_pickle() -> None:
    array = np.arange(100_000.0)
    data, pickler = pickled(Held(array))
    assert len(data) < 500
    buffers, _table = pickler.memory.finish()
    assert sum(len(b.raw) for b in buffers) == array.nbytes
    assert f"{__name__}:Held" in pickler.classes


def test_a_class_of_the_notebook_is_referred_to_by_its_key() -> None:
    space = run("class Net:\n    def __init__(self): self.w = [1]\nnet = Net()")
    found = kept(space, "net")
    net = next(draft for draft in found.groups if draft.names == ("net",))
    assert (net.format, net.uses) == (PICKLE, ("Net",))
    assert loaded(found)["net"].w == [1]


@pytest.mark.parametrize(
    "value",
    [
        decimal.Decimal("1.50"),
        iter({"a": 1, "b": 2}),
        np.float32(1.5),
        types.CellType(4),
        np.array([None, 1]),
        ValueError("no"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_members_of_an_object_are_reduced_by_their_kind(value: Any) -> None:
    again = Again(x=Held(value)).x.value
    if isinstance(value, types.CellType):
        assert again.cell_contents == value.cell_contents
    elif isinstance(value, Iterator):
        assert list(again) == ["a", "b"]
    else:
        assert type(again) is type(value)
        assert repr(again) == repr(value)


def test_stand_ins_are_resolved_by_the_loader_only() -> None:
    for stand_in in (lambda: fallback.build("", ()), lambda: fallback.array(0, False), lambda: fallback.definition("")):
        with pytest.raises(RuntimeError, match="loader only"):
            stand_in()


def test_a_generator_in_an_object_is_refused() -> None:
    assert "generator" in refused(Held(i for i in ""))


def test_the_canonical_pickler_writes_sets_outside_of_the_stream_of_opcodes() -> None:
    file = io.BytesIO()
    fallback.CanonicalPickler(file, Memory(), DefinitionKeys({})).dump(Held({"b", "a"}))
    names = {opcode.name for opcode, _, _ in pickletools.genops(file.getvalue())}
    assert "BINPERSID" in names
    assert "EMPTY_SET" not in names
