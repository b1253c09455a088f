"""Metrics and their direction, in a notebook: said, kept, taken over, asked for (issue 12, cases 08 and 11)."""

from __future__ import annotations

import json

import pytest

import nbmodelver as mv
from nbmodelver.errors import UsageError
from nbmodelver.model import Version


def commits(shell, metric: str, *values: object) -> None:
    shell.run("x = 0")
    for value in values:
        shell.run(f"x += 1\n%mv_commit x --metric {metric}={value}")


def kept(shell, best: str) -> list[str]:
    """The versions that --best alone would keep; HEAD and the branch's tip are protected, so the last stays too."""
    shell.run(f"report = %mv_forget --best {best} --dry-run")
    gone = {v.name for v in shell["report"].value.versions}
    return [f"v{n}" for n in range(1, 1 + len(shell.run("mv.log().value"))) if f"v{n}" not in gone]


@pytest.fixture
def notebook(shell):
    shell.run("import nbmodelver as mv")
    return shell


@pytest.mark.parametrize(
    ("metric", "values", "best"),
    [
        ("binary_logloss", (0.9, 0.1, 0.5), "v2"), ("neg_log_loss", (-0.9, -0.1, -0.5), "v2"),
        ("val_nll", (2, 1, 3), "v2"), ("neg_mean_squared_error", (-1, -4, -9), "v1"), ("ndcg@5", (0.1, 0.3, 0.2), "v2"),
        ("val/loss", (0.3, 0.2, 0.4), "v2"), ("test-auc-mean", (0.8, 0.7, 0.6), "v1"),
        ("f1-score", (0.3, 0.5, 0.4), "v2"),
    ],
)  # fmt: skip
def test_the_best_of_a_known_metric_stays(notebook, metric, values, best):
    commits(notebook, metric, *values)
    assert kept(notebook, f"{metric}=1") == [best, "v3"]


def test_nothing_is_forgotten_on_a_guess(notebook):
    commits(notebook, "fid", 12, 9, 11)
    for line in ("%mv_forget --best fid=1", "%mv_forget --best fid=1 --dry-run", "%mv_log --best fid"):
        error = notebook.fails(line)
        assert isinstance(error, UsageError)
        assert "direction of 'fid' unknown" in error.message
        assert "--metric fid=VALUE:lower" in error.hint
    assert len(notebook.run("mv.log().value")) == 3
    assert kept(notebook, "fid:lower=1") == ["v2", "v3"]
    assert kept(notebook, "fid:higher=1") == ["v1", "v3"]
    assert [v.name for v in notebook.run("%mv_log --best fid:lower").value] == ["v2", "v3", "v1"]


def test_a_direction_that_was_said_once_holds_for_later_versions(notebook):
    commits(notebook, "fid", "12:lower", 9, 11)
    assert [v.directions for v in notebook.run("mv.log().value")] == [{"fid": "lower"}] * 3
    assert kept(notebook, "fid=1") == ["v2", "v3"]
    assert "unknown" not in notebook.said
    notebook.run("%mv_rollback v1 --yes\nx = 10\n%mv_commit x --metric fid=10:higher")
    assert kept(notebook, "fid=1")[0] == "v1"


def test_a_direction_is_found_on_another_line_of_descent(notebook):
    commits(notebook, "acc", 0.5)
    commits(notebook, "fid", "12:lower")
    notebook.run("%mv_rollback v1 --yes\nx = 7\nv = %mv_commit x --metric fid=3")
    assert notebook["v"].value.directions == {"fid": "lower"}


def test_a_function_says_the_direction_beside_the_number(notebook):
    notebook.run("x = 1\nv = mv.commit('x', metric={'fid': (12.0, 'lower'), 'val/loss': 0.5, 'recall@10': 0.25})")
    version = notebook["v"].value
    assert dict(version.metrics) == {"fid": 12.0, "val/loss": 0.5, "recall@10": 0.25}
    assert dict(version.directions) == {"fid": "lower"}


def test_a_record_says_its_directions_and_one_without_them_is_read(tmp_path):
    repo = mv.open(tmp_path / "s", create=True)
    said = repo.commit({"x": 1}, metrics={"fid": (12.0, "lower")})
    assert Version.from_dict(json.loads(json.dumps(said.to_dict()))) == said
    plain = mv.open(tmp_path / "t", create=True).commit({"x": 1}, metrics={"acc": 0.5})
    assert "directions" not in plain.to_dict()
    with pytest.raises(UsageError, match="direction of 'fid' cannot be 'down'"):
        repo.commit({"x": 2}, metrics={"fid": (12.0, "down")})
    repo.purge(["fid"])
    assert repo["HEAD"].directions == {}


def test_a_step_is_good_or_bad_or_neutral(notebook):
    notebook.run("x = 1\n%mv_commit x --metric acc=0.5 --metric val/loss=0.5 --metric fid=12")
    said = notebook.run(
        "x = 2\nv = %mv_commit x --metric acc=0.6 --metric val/loss=0.7 --metric fid=11\nv"
    )._repr_html_()
    assert '<span class="nbmv-good"> (+0.1)</span>' in said
    assert '<span class="nbmv-bad"> (+0.2)</span>' in said
    assert '<span class="nbmv-dim"> (-1)</span>' in said


def test_an_unknown_direction_is_said_where_the_metric_is_new(notebook):
    assert "direction of 'fid' unknown: --metric fid=12:lower" in str(
        notebook.run("x = 1\nv = %mv_commit x --metric fid=12\nv")
    )
    assert "unknown" not in str(notebook.run("x = 2\nv = %mv_commit x --metric fid=11\nv"))
    assert "direction of 'fid' unknown" in str(notebook.run("%mv_compare v1 v2"))


def test_the_best_of_several_stands_out(notebook):
    commits(notebook, "val_loss", 0.5, 0.25, 0.75)
    assert "0.25 *" in str(notebook.run("%mv_compare v1 v2 v3"))
    html = notebook.run("%mv_diff v1 v2")._repr_html_()
    assert '<span class="nbmv-good" title="lower is better">-0.25</span>' in html


@pytest.mark.parametrize(
    ("name", "value"),
    [("val/loss", "0.5"), ("f1-score", "0.5"), ("recall@10", "0.5"), ("größe", "0.5"), ("top-5", "0.5")],
)
def test_a_name_with_signs_is_a_name_everywhere(notebook, name, value):
    notebook.run(f"x = 1\n%mv_commit x --metric {name}={value} --param {name}=7")
    assert notebook.run(f"v = %mv_log --where 'metrics.{name} == 0.5 and params.{name} == 7'\nv.value")[0].name == "v1"
    assert name in str(notebook.run("%mv_log"))
    assert name in str(notebook.run("%mv_show v1"))
    assert name in str(notebook.run("%mv_compare v1"))


@pytest.mark.parametrize("name", ["a b", "a:b", "a=b", "-a", "a'", "a\u202eb", "a\u200bb", ""])
def test_what_is_no_name_of_a_metric_is_refused_with_what_one_holds(notebook, name):
    notebook.run("x = 1")
    notebook.shell.user_ns["name"] = name
    error = notebook.fails("mv.commit('x', metric={name: 1})")
    assert "is not a valid name for a metric" in str(error)
    assert "letters, digits" in error.hint
