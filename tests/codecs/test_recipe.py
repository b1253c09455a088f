"""A recipe is read as it was written, and other bytes are damaged."""

from __future__ import annotations

import pytest

from nbmodelver.codecs import recipe
from nbmodelver.codecs.draft import PLAIN, Draft
from nbmodelver.codecs.memory import Buffer
from nbmodelver.errors import Damaged
from nbmodelver.model import ObjectId


def draft(skeleton: bytes) -> Draft:
    buffers = (Buffer(memoryview(b"abc"), "u1"), Buffer(memoryview(b"de"), "", "price"))
    return Draft(
        ("a", "b"), PLAIN, skeleton, buffers, 1, [[], [], []], ("Net",), ("x:Y",), ("n",), ("f",), "cpython-311"
    )


@pytest.mark.parametrize("size", [10, recipe.INLINE_BYTES])
def test_what_was_written_is_read(size: int) -> None:
    written = draft(b"s" * size)
    ids = [ObjectId(f"{n:040x}") for n in range(2 + recipe.has_own_skeleton(written))]
    found = recipe.read(recipe.write(written, ids))
    assert (found.draft.names, found.draft.uses, found.draft.classes) == (("a", "b"), ("Net",), ("x:Y",))
    assert (found.draft.names_used, found.draft.without_source, found.draft.python) == (("n",), ("f",), "cpython-311")
    assert (found.sizes, found.slots, found.skeleton_bytes) == ((3, 2), ("", "price"), size)
    assert found.every_part == tuple(ids)


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b"X" + b[1:], lambda b: b[:20], lambda b: b""])
def test_other_bytes_are_damaged(change: object) -> None:
    data = recipe.write(draft(b"skeleton"), [ObjectId("0" * 40)] * 2)
    with pytest.raises(Damaged):
        recipe.read(change(data))  # type: ignore[operator]
