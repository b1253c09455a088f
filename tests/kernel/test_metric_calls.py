"""The expression of a metric is read from the call of `commit` in its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.kernel.metric_calls import metric_calls

if TYPE_CHECKING:
    from pathlib import Path

    from tests.shells import Shell


def commit(**_more: object) -> None:
    """A function of the user with the same name."""


VALUES = {"mv": mv, "commit": mv.commit, "save": mv.commit, "own": commit, "np": pytest}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('mv.commit(metric={"acc": score(y, p), "n": len(y)})', {"acc": "score(y, p)", "n": "len(y)"}),
        ('commit("df", metric={"fid": (fid(a), "lower")})', {"fid": "fid(a)"}),
        ("save(metric=dict(acc=score(y)))", {"acc": "score(y)"}),
        ('if ok:\n    v = mv.commit(metric={"acc": s})', {"acc": "s"}),
        ('mv.commit(metric={"acc": a})\nmv.commit(metric={"acc": a, "b": c})', {"acc": "a", "b": "c"}),
        ('mv.commit(metric={"acc": a})\nmv.commit(metric={"acc": b})', {}),
        ('def f(y):\n    mv.commit(metric={"acc": score(y)})', {}),
        ('[mv.commit(metric={"acc": i}) for i in rows]', {}),
        ('own(metric={"acc": a})', {}),
        ('np.commit(metric={"acc": a})', {}),
        ('mv.load(metric={"acc": a})', {}),
        ("mv.commit(metric=results)", {}),
        ('mv.commit(metric={**more, name: 1, 3: x, "acc": a})', {"acc": "a"}),
        ("mv.commit(metric=dict(results))", {}),
        ("mv.commit(", {}),
        ("", {}),
    ],
)
def test_metrics_have_the_code_of_their_call(source: str, found: dict[str, str]) -> None:
    assert metric_calls(source, VALUES) == found


def test_a_call_records_its_expression_and_why_measures_it_again(shell: Shell, tmp_path: Path) -> None:
    shell.run("import nbmodelver as mv\nrows = [1, 2, 3]\nscale = 2")
    shell.run("def total(rows):\n    return sum(rows) * scale")
    shell.run('%time mv.commit(metric={"total": total(rows), "fixed": 3})')
    shell.run("rows = [1, 2, 3, 10]")
    shell.run('mv.commit(metric={"total": (total(rows), "higher")})')
    versions = mv.open(tmp_path)
    assert versions["v1"].expressions == versions["v2"].expressions == {"total": "total(rows)"}
    found = shell.run("%mv_why total v1 v2")
    assert [(c.title, c.effect) for c in found.causes if c.effect] == [("rows", 20.0)]
