"""The contract of a codec as a test suite. Inherit from CodecContract and set `samples`.

class TestMine(CodecContract):
    samples = (Sample("an interval", lambda: Interval(1, 2)),)
"""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from nbmodelver.codecs import graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    import pytest

PICKLE_HOOKS = frozenset({"__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__"})
"""The only methods of a user class that a commit may call (P11, see SECURITY.md)."""


@dataclass(frozen=True)
class Sample:
    """A value for the contract.

    build: makes the value; each call gives an equal, independent one. plain: True if it is written without pickle.
    identity: True if an object that occurs twice is restored as one object. links: True if two names that hold the
    object are restored together, so that they share it.
    view: for ViewContract: makes another value that shares the memory of the first.
    """

    label: str
    build: Callable[[], Any]
    plain: bool = True
    identity: bool = True
    links: bool = True
    view: Callable[[Any], Any] | None = None


class CodecContract:
    """The behaviour that every codec must have.

    Override `is_equal` if the values of the library do not compare with ==. See ViewContract for values with views.
    """

    samples: ClassVar[Sequence[Sample]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every test with every sample."""
        if "sample" in metafunc.fixturenames:
            metafunc.parametrize("sample", self.samples, ids=[sample.label for sample in self.samples])

    def is_equal(self, a: Any, b: Any) -> bool:
        """True if two values of one type have the same content."""
        return bool(a == b)

    def test_there_are_samples(self) -> None:
        assert self.samples

    def test_a_value_comes_back_equal(self, sample: Sample) -> None:
        value = sample.build()
        again = restored({"x": value})["x"]
        assert type(again) is type(value)
        assert self.is_equal(again, value)

    def test_a_loaded_value_has_the_bytes_of_the_original(self, sample: Sample) -> None:
        value = sample.build()
        assert content({"x": restored({"x": value})["x"]}) == content({"x": value})

    def test_the_same_value_gives_the_same_bytes(self, sample: Sample) -> None:
        assert content({"x": sample.build()}) == content({"x": sample.build()})

    def test_pickle_is_used_as_declared(self, sample: Sample) -> None:
        (draft,) = encoded({"x": sample.build()}).groups
        assert draft.format == (graph.PLAIN if sample.plain else graph.PICKLE)

    def test_encoding_runs_no_code_of_the_user(self, sample: Sample) -> None:
        value = sample.build()
        with calls_into(inspect.getfile(type(self))) as called:
            encoded({"x": value})
        assert called - PICKLE_HOOKS == set()

    def test_encoding_leaves_the_value_as_it_was(self, sample: Sample) -> None:
        value = sample.build()
        before = content({"x": value})
        assert content({"x": value}) == before

    def test_an_object_held_twice_is_one_object_again(self, sample: Sample) -> None:
        value = sample.build()
        first, second = restored({"x": [value, value]})["x"]
        assert (first is second) or not sample.identity
        assert self.is_equal(second, value)

    def test_two_names_share_one_object_again(self, sample: Sample) -> None:
        value = sample.build()
        assert len(encoded({"a": value, "b": value}).groups) == 1 or not sample.links
        again = restored({"a": value, "b": value})
        assert (again["a"] is again["b"]) or not sample.links


class ViewContract(CodecContract):
    """The contract of a codec whose values may be views of other values; at least one sample has a view."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run the test of views with the samples that have one, and every other test with every sample."""
        if "viewed" in metafunc.fixturenames:
            viewed = [sample for sample in self.samples if sample.view is not None]
            metafunc.parametrize("viewed", viewed, ids=[sample.label for sample in viewed])
        super().pytest_generate_tests(metafunc)

    def shares_memory(self, a: Any, b: Any) -> bool:
        """True if a change of one value is visible in the other."""
        raise NotImplementedError

    def test_a_sample_has_a_view(self) -> None:
        assert any(sample.view is not None for sample in self.samples)

    def test_a_view_is_a_view_again(self, viewed: Sample) -> None:
        assert viewed.view is not None
        value = viewed.build()
        again = restored({"a": value, "b": viewed.view(value)})
        assert self.shares_memory(again["a"], again["b"])
        assert self.is_equal(again["b"], viewed.view(value))


def encoded(values: Mapping[str, Any]) -> graph.Capture:
    """The capture of these names, none of which may be skipped."""
    found = graph.capture(values, {"__name__": "__main__", **values})
    assert found.skipped == []
    return found


def content(values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The bytes that a commit would store for these names: names, skeleton, table and buffers of each group."""
    drafts = encoded(values).groups
    return [(d.names, d.format, d.skeleton, repr(d.table), [bytes(b.raw) for b in d.buffers]) for d in drafts]


def restored(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values after encoding and loading them."""
    capture = encoded(values)
    drafts = {key: draft for draft in capture.definitions for key in draft.names}
    made: dict[str, Any] = {}

    def find(key: str) -> Any:
        if key not in made:
            made.update(graph.decode(drafts[key], loader))
        return made[key]

    loader = graph.Loader({"__name__": "__main__"}, find)
    found: dict[str, Any] = {}
    for draft in capture.groups:
        found |= graph.decode(draft, loader)
    return found


@contextmanager
def calls_into(file: str) -> Iterator[set[str]]:
    """The names of the functions of a source file that are called in the block."""
    called: set[str] = set()

    def record(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename == file:
            called.add(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(record)
    try:
        yield called
    finally:
        sys.setprofile(before)
    called.discard(calls_into.__name__)
