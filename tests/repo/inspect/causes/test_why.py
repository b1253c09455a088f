"""The effects of changes on a metric, and what is said where they cannot be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.errors import NeedsTrust
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.why import ExplainRequest, explain

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Cause, Explanation


class Notebook:
    """Runs cells and commits their variables, as a kernel does."""

    def __init__(self, folder: Path) -> None:
        self.repo = mv.open(folder, create=True)
        self.values: dict[str, Any] = {"__name__": "__main__"}
        self._cells: list[Cell] = []

    def run(self, *cells: str, seconds: float = 0.0) -> None:
        for cell in cells:
            exec(cell, self.values)
            self._cells.append(Cell(cell, duration_s=seconds))

    def commit(self, expression: str = "total", names: str = "", metric: str = "total") -> None:
        own = {n: v for n, v in self.values.items() if not n.startswith("__") and (not names or n in names.split())}
        around = CommitContext(cells=self._cells, expressions={metric: expression} if expression else {})
        value = eval(expression or metric, self.values)
        self.repo.commit(own, metrics={metric: value}, namespace=self.values, around=around)
        self._cells = []

    def why(self, before: str = "v1", after: str = "HEAD", **more: Any) -> Explanation:
        return explain(self.repo, ExplainRequest("total", self.repo[before], self.repo[after], **more))


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return Notebook(tmp_path)


def effects(found: Explanation) -> dict[str, float | None]:
    return {cause.title: cause.effect for cause in found.causes}


def named(found: Explanation, title: str) -> Cause:
    return next(cause for cause in found.causes if cause.title == title)


def test_each_change_gets_its_own_effect(notebook: Notebook) -> None:
    notebook.run("rows = [1, 2, 3]\nscale = 2\nname = 'a'", "total = sum(rows) * scale")
    notebook.commit()
    notebook.run("rows = [1, 2, 4]\nscale = 3\nname = 'b'", "total = sum(rows) * scale")
    notebook.commit()
    found = notebook.why()
    assert (found.values, found.change) == ((12, 21), 9)
    scale = named(found, "scale")
    assert (scale.without, scale.alone, scale.effect) == (14, 18, 6.5)
    rows = named(found, "rows")
    assert (rows.without, rows.alone, rows.effect) == (18, 14, 2.5)
    assert [c.title for c in found.causes if c.effect is not None] == ["scale", "rows"]
    assert found.share(scale) == pytest.approx(6.5 / 9)


def test_what_depends_on_a_change_is_computed_again(notebook: Notebook) -> None:
    cells = "squares = [r * r for r in rows]", "mean = sum(squares) / len(squares)", "total = mean + offset"
    notebook.run("rows = [1, 2]\noffset = 0", *cells)
    notebook.commit()
    notebook.run("rows = [3, 4]", *cells)
    notebook.commit()
    found = notebook.why()
    assert effects(found) == {"rows": 10.0}
    assert set(named(found, "rows").again) == {"squares", "mean", "total"}


def test_a_changed_function_is_a_change_of_code(notebook: Notebook) -> None:
    notebook.run("def f(x):\n    return x + 1", "rows = [1, 2]", "total = sum(map(f, rows))")
    notebook.commit()
    notebook.run("def f(x):\n    return x + 5", "rows = [1, 3]", "total = sum(map(f, rows))")
    notebook.commit()
    found = notebook.why()
    assert effects(found) == {"f": 8.0, "rows": 1.0}
    assert named(found, "f").kind == "code"
    assert named(found, "f").what == ("1 → 5",)


def test_literals_of_one_statement_are_told_apart(notebook: Notebook) -> None:
    notebook.run("cfg = {'a': 1, 'b': 2}", "total = cfg['a'] + cfg['b']")
    notebook.commit()
    notebook.run("cfg = {'a': 2, 'b': 12}", "total = cfg['a'] + cfg['b']")
    notebook.commit()
    found = notebook.why()
    assert [(c.what, c.effect) for c in found.causes] == [(("b 2 → 12",), 10.0), (("a 1 → 2",), 1.0)]


def test_literals_that_work_together_share_the_effect(notebook: Notebook) -> None:
    notebook.run("cfg = {'a': 0, 'b': 0}", "total = cfg['a'] * cfg['b']")
    notebook.commit()
    notebook.run("cfg = {'a': 3, 'b': 4}", "total = cfg['a'] * cfg['b']")
    notebook.commit()
    found = notebook.why()
    assert [(c.what, c.without, c.effect) for c in found.causes] == [(("a 0 → 3",), 0, 6.0), (("b 0 → 4",), 0, 6.0)]


def test_literals_that_cannot_be_tested_alone_stay_together(notebook: Notebook) -> None:
    notebook.run(
        "def f(a, b):\n    assert a == b\n    return a", "cfg = {'a': 1, 'b': 1}", "total = f(cfg['a'], cfg['b'])"
    )
    notebook.commit()
    notebook.run("cfg = {'a': 3, 'b': 3}", "total = f(cfg['a'], cfg['b'])")
    notebook.commit()
    assert [(c.what, c.effect) for c in notebook.why().causes] == [(("a 1 → 3", "b 1 → 3"), 2.0)]


def test_a_value_that_changed_in_several_versions_is_followed(notebook: Notebook) -> None:
    for rows in ("[1, 2]", "[1, 2, 3]", "[1, 2, 3, 10]"):
        notebook.run(f"rows = {rows}", "total = sum(rows)")
        notebook.commit()
    (cause,) = notebook.why().causes
    assert [(s.version.name, s.value, s.effect) for s in cause.steps] == [("v2", 6, 3), ("v3", 16, 10)]


def test_another_expression_is_a_cause(notebook: Notebook) -> None:
    notebook.run("rows = [1, 2]")
    notebook.commit("sum(rows)")
    notebook.commit("sum(rows) * 10")
    found = notebook.why()
    assert effects(found) == {"the metric": 27.0}
    assert found.causes[0].what == ("- sum(rows)", "+ sum(rows) * 10")


def test_values_that_are_not_kept_are_computed_from_their_cells(notebook: Notebook) -> None:
    notebook.run("raw = [1, 2]", "rows = [r + 1 for r in raw]", "total = sum(rows)")
    notebook.commit(names="total")
    notebook.run("raw = [5, 6]", "rows = [r + 1 for r in raw]", "total = sum(rows)")
    notebook.commit(names="total")
    assert effects(notebook.why()) == {"raw": 8.0}


def test_a_name_that_is_reused_is_computed_from_its_cells(notebook: Notebook) -> None:
    cells = "x = a\ny = x + 1\nx = 100", "total = y"
    notebook.run("a = 1", *cells)
    notebook.commit()
    notebook.run("a = 5", *cells)
    notebook.commit()
    assert effects(notebook.why()) == {"a": 4.0}


def test_without_cells_the_values_are_exchanged(notebook: Notebook) -> None:
    notebook.repo.commit({"rows": [1, 2], "k": 1}, metrics={"total": 3})
    notebook.repo.commit({"rows": [5, 6], "k": 2}, metrics={"total": 22})
    found = notebook.why(expression="sum(rows) * k")
    assert effects(found) == {"rows": 12.0, "k": 7.0}


def test_a_variable_of_the_metrics_name_is_measured_if_no_expression_is_recorded(notebook: Notebook) -> None:
    for rows in ("[1, 2]", "[3, 4]"):
        notebook.run(f"rows = {rows}", "total = sum(rows)")
        notebook.commit("")
    assert effects(notebook.why()) == {"rows": 4.0}


def test_the_order_of_the_versions_is_free(notebook: Notebook) -> None:
    notebook.run("a = 1\nb = 1", "total = a + b")
    notebook.commit()
    notebook.run("a = 3", "total = a + b")
    notebook.commit()
    found = notebook.why("v2", "v1")
    assert effects(found) == {"a": -2.0}


def test_a_failing_test_says_why_and_the_others_are_run(notebook: Notebook) -> None:
    notebook.run("def f(x):\n    assert x < 9, 'too large'\n    return x", "a = 1\nb = 1", "total = f(a) + b")
    notebook.commit()
    notebook.run("def f(x):\n    return x", "a = 10\nb = 2", "total = f(a) + b")
    notebook.commit()
    found = notebook.why()
    assert named(found, "b").effect == 1.0
    assert named(found, "f").why_not == "computing total again failed: AssertionError: too large"
    assert named(found, "a").without == 3


def test_a_test_that_would_take_too_long_is_not_started(notebook: Notebook) -> None:
    for a in (1, 2):
        notebook.run(f"a = {a}")
        notebook.run("total = a", seconds=100)
        notebook.commit()
    found = notebook.why()
    assert named(found, "a").effect is None
    untested = named(found, "a")
    assert (untested.why_not, untested.needs_s) == ("its cells took 100 s and would run four times", 840)
    assert effects(notebook.why(limit_s=1000)) == {"a": 1.0}


def test_an_interrupt_keeps_what_is_known(notebook: Notebook) -> None:
    notebook.run("a = 1\nb = 1", "total = a + b")
    notebook.commit()
    notebook.run("a = 2\nb = 2", "total = a + b")
    notebook.commit()
    count = 0

    def interrupted(store: Any, wanted: Any) -> Any:
        nonlocal count
        count += 1
        if count > 5:
            raise KeyboardInterrupt
        return scratch.run(store, wanted)

    asked = ExplainRequest("total", notebook.repo["v1"], notebook.repo["v2"])
    found = explain(notebook.repo, asked, runner=interrupted)
    assert sorted(c.why_not for c in found.causes) == ["", "interrupted"]
    assert found.notes == ("interrupted: not all changes were tested",)


def test_a_dry_run_runs_nothing(notebook: Notebook) -> None:
    notebook.run("a = 1", "total = a")
    notebook.commit()
    notebook.run("a = 2", "total = a")
    notebook.commit()
    found = explain(
        notebook.repo,
        ExplainRequest("total", notebook.repo["v1"], notebook.repo["v2"], is_dry=True),
        runner=lambda *_: pytest.fail("something ran"),
    )
    assert [(c.title, c.what, c.effect) for c in found.causes] == [("a", ("1 → 2",), None)]


def test_the_random_state_is_noise_unless_it_is_set(notebook: Notebook) -> None:
    code = "import random", "x = [random.random() for _ in range(3)]", "total = sum(x) + a"
    notebook.run("a = 1", *code)
    notebook.commit()
    notebook.run("a = 1001", *code)
    notebook.commit(names="a total")
    found = notebook.why()
    assert found.causes[0].title == "a"
    assert any("it depends on the random state" in note for note in found.notes)


def test_a_value_that_only_the_random_state_changed_is_said(notebook: Notebook) -> None:
    code = "x = [random.random() for _ in range(3)]", "total = sum(x)"
    notebook.run("import random", *code)
    notebook.commit()
    notebook.run(*code)
    notebook.commit()
    first = notebook.why().causes[0]
    assert (first.kind, first.names) == ("random state", ("x",))
    assert "which no cell sets" in first.what[0]


def test_a_changed_file_is_said(notebook: Notebook, tmp_path: Path) -> None:
    file = tmp_path / "rows.txt"
    code = f"rows = [int(n) for n in pathlib.Path({str(file)!r}).read_text().split()]", "total = sum(rows)"
    for text in ("1 2", "1 5"):
        file.write_text(text)
        notebook.run("import pathlib", *code)
        notebook.commit()
    first = notebook.why().causes[0]
    assert (first.kind, first.names, first.effect) == ("data", ("rows",), 3.0)
    assert first.what[0] == "a file or another source that it reads changed"


def test_the_notebook_stays_as_it_is(notebook: Notebook) -> None:
    import random

    notebook.run("rows = [1]", "rows.append(2)", "total = sum(rows)")
    notebook.commit()
    notebook.run("rows = [5]", "rows.append(2)", "total = sum(rows)")
    notebook.commit()
    random.seed(3)
    state = random.getstate()
    assert effects(notebook.why()) == {"rows": 4.0}
    assert notebook.values["rows"] == [5, 2]
    assert random.getstate() == state


def test_versions_from_elsewhere_run_nothing(notebook: Notebook) -> None:
    notebook.run("a = 1", "total = a")
    notebook.commit()
    notebook.run("a = 2", "total = a")
    notebook.commit()
    repo = notebook.repo
    repo.refs.move(f"origin/{repo['v1'].id}", None, "bundle:abc")
    with pytest.raises(NeedsTrust, match="v1 came from elsewhere") as raised:
        notebook.why()
    assert raised.value.hint == "if you trust its origin: %mv_trust v1"
    assert [c.title for c in notebook.why(is_dry=True).causes] == ["a"]


def test_the_result_is_json(notebook: Notebook) -> None:
    import json

    notebook.run("a = 1", "total = a")
    notebook.commit()
    notebook.run("a = 2", "total = a")
    notebook.commit()
    data = notebook.why().to_dict()
    assert json.loads(json.dumps(data))["causes"][0]["effect"] == 1.0


def test_changes_that_only_run_together_are_tested_together(notebook: Notebook) -> None:
    notebook.run("def small(a):\n    return a\ndef large(b):\n    return 10 * b", "k = 1")
    notebook.run("params = {'a': 2}", "model = small(**params)", "total = model + k")
    notebook.commit()
    notebook.run("params = {'b': 3}\nk = 2", "model = large(**params)", "total = model + k")
    notebook.commit()
    found = notebook.why()
    first = found.causes[0]
    assert (set(first.names), first.without, first.alone, first.effect) == ({"params", "model"}, 4, 31, 28.0)
    assert first.what[-1] == "these changes can only be tested together"
    assert named(found, "k").effect == 1.0
