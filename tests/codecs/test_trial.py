"""Tasks run apart from the kernel: results are JSON, and one that ends its process does not take the others along."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbmodelver.codecs import trial

if TYPE_CHECKING:
    import pytest


def test_results_come_back_in_order() -> None:
    assert [o.result for o in trial.run([lambda: {"a": [1]}, lambda: "text"], 60.0)] == [{"a": [1]}, "text"]
    assert trial.run([], 60.0) == []


def test_an_error_is_the_result_of_its_task() -> None:
    first, second = trial.run([lambda: 1 / 0, lambda: 2], 60.0)
    assert first.result == {"raised": "ZeroDivisionError: division by zero"}
    assert second.result == 2


def test_a_task_that_ends_its_process_is_named_and_the_next_ones_still_run() -> None:
    first, second = trial.run([lambda: os._exit(3), lambda: 5], 60.0)
    assert first.ended
    assert first.result is None
    assert (second.result, second.ended) == (5, "")


def test_nothing_that_a_task_does_is_seen_here() -> None:
    seen: list[int] = []
    trial.run([lambda: seen.append(1)], 60.0)
    assert seen == []


def test_without_a_child_process_tasks_run_here_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbmodelver.system.port.in_child", lambda *_arguments: None)
    outcomes = trial.run([lambda: 1, lambda: 1 / 0], 60.0)
    assert [o.result for o in outcomes] == [1, {"raised": "ZeroDivisionError: division by zero"}]
