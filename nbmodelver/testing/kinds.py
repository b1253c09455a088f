"""The contract of a kind as a test suite. Inherit from KindContract and set `samples`.

class TestMine(KindContract):
    samples = (KindSample("an interval", lambda: Interval(1, 2), "dataset", ("start", "stop")),)
"""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from nbmodelver import comparison, kinds
from nbmodelver.testing.codecs import calls_into

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

    from nbmodelver.model import Kind, Profile


@dataclass(frozen=True)
class KindSample:
    """A value for the contract.

    build: makes the value. kind: what `classify` returns. entries: keys of the profile besides "kind" and "type".
    changed: makes a value that differs from the first; at least one sample has it.
    """

    label: str
    build: Callable[[], Any]
    kind: Kind
    entries: tuple[str, ...] = ()
    changed: Callable[[], Any] | None = None


class KindContract:
    """The behaviour that every library's file in `kinds` must have."""

    samples: ClassVar[Sequence[KindSample]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run the test of changes with the samples that have one, and every other test with every sample."""
        for name, wanted in (("sample", self.samples), ("changing", [s for s in self.samples if s.changed])):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, wanted, ids=[sample.label for sample in wanted])

    def test_there_are_samples(self) -> None:
        assert self.samples
        assert any(sample.changed for sample in self.samples)

    def test_a_value_has_the_declared_kind(self, sample: KindSample) -> None:
        assert kinds.classify("value", sample.build()) == sample.kind

    def test_classifying_runs_no_code_of_the_user(self, sample: KindSample) -> None:
        value = sample.build()
        with calls_into(inspect.getfile(type(self))) as called:
            kinds.classify("value", value)
            kinds.type_name(value)
            kinds.hyperparameters_of(value)
        assert called == set()

    def test_the_profile_is_json(self, sample: KindSample) -> None:
        found = kinds.profile(sample.kind, sample.build())
        assert json.loads(json.dumps(found, allow_nan=False)) == found

    def test_the_profile_has_the_declared_entries(self, sample: KindSample) -> None:
        found = kinds.profile(sample.kind, sample.build())
        assert {"kind", "type", *sample.entries} - found.keys() == set()
        assert "incomplete" not in str(found.get("note", ""))

    def test_the_same_value_has_the_same_profile(self, sample: KindSample) -> None:
        first, second = (kinds.profile(sample.kind, sample.build()) for _ in range(2))
        assert self.summary(sample, first, second) == ""

    def test_a_change_is_summarized(self, changing: KindSample) -> None:
        assert changing.changed is not None
        first, second = (kinds.profile(changing.kind, make()) for make in (changing.build, changing.changed))
        text = self.summary(changing, first, second)
        assert text
        assert "\n" not in text

    @staticmethod
    def summary(sample: KindSample, before: Profile, after: Profile) -> str:
        """The comparison of two profiles in one line."""
        return comparison.summarize(comparison.compare(sample.kind, "value", before, after).rows)
