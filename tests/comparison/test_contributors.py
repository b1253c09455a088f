"""Contributors to a diff."""

from __future__ import annotations

from nbmodelver.comparison import SECTIONS, Side, sections_of
from tests.kinds.samples import FRAME, profiled


def test_a_contributor_that_fails_leaves_the_others_alone(monkeypatch):
    def broken(name, before, after):
        raise ValueError("deep")

    monkeypatch.setattr("nbmodelver.comparison.contributors.SECTIONS", [broken, *SECTIONS])
    side = Side("dataset", lambda: profiled(FRAME), lambda: FRAME)
    first, second = sections_of("df", side, side)
    assert first.note == "not compared: ValueError: deep"
    assert second.id == "profile.df"
