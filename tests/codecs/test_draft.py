"""A draft counts its bytes; equal drafts are equal."""

from __future__ import annotations

import numpy as np

from nbmodelver.codecs.draft import PICKLE, PLAIN, Draft
from nbmodelver.codecs.encoding import encode_plain
from nbmodelver.codecs.memory import Memory


def test_the_size_is_of_the_skeleton_and_of_all_buffers() -> None:
    draft = encode_plain("x", [np.arange(1000.0), 1.5], Memory()).draft
    assert draft.buffers
    assert draft.size_bytes == len(draft.skeleton) + sum(len(b.raw) for b in draft.buffers)
    assert Draft(("x",), PLAIN, b"12345", (), 0, None).size_bytes == 5


def test_the_formats_are_on_disk_and_never_change() -> None:
    assert (PLAIN, PICKLE) == ("plain/1", "pickle/1")
