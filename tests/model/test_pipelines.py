"""What stops a promotion in a pipeline."""

from __future__ import annotations

from nbmodelver.model.pipelines import PipelineCheck
from nbmodelver.model.registry import GateResult


def test_a_failed_or_unknown_result_stops_and_a_first_holder_does_not():
    results = tuple(GateResult(o, o) for o in ("pass", "fail", "unknown", "first"))
    assert [r.gate for r in PipelineCheck(None, "", results).failed] == ["fail", "unknown"]
