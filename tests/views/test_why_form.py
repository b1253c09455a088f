"""The form that asks why a metric changed."""

from __future__ import annotations

import pytest

pytest.importorskip("ipywidgets")

from nbmodelver.views.asking import Asker
from nbmodelver.views.why_form import WhyForm
from tests.views.panel_samples import Kernel, result


def form_for(kernel: Kernel, waits: bool = False) -> WhyForm:
    made = WhyForm(Asker(kernel, lambda _: None, lambda _: None), lambda: waits)
    made.open(result("diff"))
    return made


def test_only_metrics_that_differ_are_offered() -> None:
    form = form_for(Kernel())
    rows = next(s["rows"] for s in result("diff")["sections"] if s["id"] == "metrics")
    assert list(form.metric.options) == [row["cells"][0] for row in rows if row["status"] == "changed"]
    assert form.box.layout.display is None


def test_the_form_is_hidden_if_no_metric_differs() -> None:
    form = form_for(Kernel())
    form.open({**result("diff"), "sections": []})
    assert form.box.layout.display == "none"
    assert form.metric.value is None


def test_an_empty_expression_is_not_sent() -> None:
    kernel = Kernel()
    form = form_for(kernel, waits=True)
    form.expression.value = "  "
    form.go.click()
    method, params = kernel.asked[-1]
    assert method == "why"
    assert "expression" not in params
    assert (params["limit_s"], params["queue"]) == (60, True)


def test_the_limit_becomes_the_one_that_the_untested_changes_need() -> None:
    kernel = Kernel()
    form = form_for(kernel)
    needed = max(cause["needs_s"] for cause in result("why.limited")["causes"])
    assert needed > 0
    form._draw(result("why.limited"))
    assert form.limit.value == needed
    form._draw(result("why"))
    assert form.limit.value == needed, "an explanation without untested changes keeps the limit"


def test_a_search_can_be_cancelled_while_it_runs() -> None:
    kernel = Kernel()
    form = form_for(kernel)
    form.stop.click()
    assert kernel.asked == [], "nothing runs yet"
    kernel.send = lambda message: kernel.asked.append((message["method"], message["params"]))
    form.go.click()
    assert (form.go.disabled, form.stop.disabled) == (True, False)
    form.stop.click()
    assert kernel.asked[-1][0] == "cancel"
    form.ended()
    assert (form.go.disabled, form.stop.disabled) == (False, True)
