"""The columns of a request for further checks."""

from __future__ import annotations

from nbmodelver.model import LeakRequest


def test_the_columns_are_those_of_groups_then_that_of_time() -> None:
    assert LeakRequest(("patient", "ward"), "day").columns == ("patient", "ward", "day")
    assert LeakRequest(near_text=0.8).columns == ()
