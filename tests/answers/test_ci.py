"""`ci`: each action fails with what is wrong, and takes only its own options."""

from __future__ import annotations

import json

import pytest

from nbmodelver import cli
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.answers import ANSWERS, needs_store
from nbmodelver.errors import UsageError
from nbmodelver.verbs import parse
from tests.registry.samples import adopted, on_disk, promoted, three

GATE = '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.82"\n'


@pytest.fixture
def store(monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return adopted(three(), GATE)


def ask(store, line):
    return ANSWERS["ci"](store, parse("ci", line), None)


def test_a_check_shows_each_row_and_fails_with_the_red_ones(store):
    assert "churn/1.0.0 to production: all checks pass" in str(ask(store, "check churn/1.0.0"))
    with pytest.raises(CheckFailed, match=r"0\.81 >= 0\.82 is false") as caught:
        ask(store, "check churn/1.1.0 --to production")
    assert "1 check failed" in str(caught.value.shown)
    data = json.loads(str(ask(store, "check churn/1.0.0 --json")))
    assert (data["passed"], data["stage"], data["target"]["number"]) == (True, "production", "1.0.0")


def test_a_comparison_is_markdown_and_fails_on_conditions(store, tmp_path, monkeypatch):
    assert "would be the first version" in str(ask(store, "compare churn/1.0.0"))
    promoted(store, "1.0.0")
    assert str(ask(store, "compare churn/1.1.0")).startswith("## churn/1.1.0 against churn/1.0.0")
    with pytest.raises(CheckFailed, match=r"f1 0\.84 → 0\.81"):
        ask(store, "compare churn/1.1.0 --fail-on metric:f1<-0.01")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "s.md"))
    assert "in the summary of the job" in str(ask(store, "compare churn/1.1.0"))
    assert (tmp_path / "s.md").read_text().startswith("## churn/1.1.0")


def test_a_green_version_is_promoted_and_a_second_run_is_no_error(store):
    assert "production: none -> churn/1.0.0" in str(ask(store, 'promote churn/1.0.0 -m "run 7"'))
    assert "it is there already" in str(ask(store, 'promote churn/1.0.0 -m "run 8"'))
    with pytest.raises(CheckFailed):
        ask(store, 'promote churn/1.1.0 -m "run 9"')


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("check churn --write", "ci check takes no --write"),
        ("init churn --github -m x", "ci init takes no --message"),
        ("check churn other", "ci check takes one model"),
        ("check --to production", "the model is missing"),
        ("compare", "the model is missing"),
        ("init churn", "one kind of file is needed"),
        ("init churn --github --gitlab", "one kind of file is needed"),
        ("notebooks", "the notebooks are missing"),
    ],
)
def test_a_wrong_command_line_is_refused(store, line, says):
    with pytest.raises(UsageError, match=says):
        ask(store, line)


def test_files_and_notebooks_need_no_store(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["ci", "init", "--pre-commit", "--write"]) == 0
    assert "nbmodelver ci notebooks" in (tmp_path / ".pre-commit-config.yaml").read_text()
    assert cli.main(["ci", "init", "churn", "--github"]) == 0
    assert "# .github/workflows/nbmodelver.yml" in capsys.readouterr().out
    (tmp_path / "x.ipynb").write_text("no notebook")
    assert cli.main(["ci", "notebooks", "x.ipynb"]) == 1
    assert cli.main(["ci", "check"]) == 1  # There is no store.
    assert [needs_store(parse("ci", line)) for line in ("check", "init --gitlab", "notebooks x")] == [
        True,
        False,
        False,
    ]


def test_the_exit_status_says_what_happened(tmp_path, monkeypatch, capsys):
    adopted(three(on_disk(tmp_path)), GATE)
    monkeypatch.chdir("/")
    start = ["--store", str(tmp_path / ".nbmodelver"), "ci"]
    assert cli.main([*start, "check", "churn/1.0.0"]) == 0
    assert cli.main([*start, "check", "churn/1.1.0"]) == 1
    assert cli.main([*start, "promote", "churn/1.0.0"]) == 2
    assert cli.main([*start, "promote", "churn/1.0.0", "-m", "x"]) == 0
    assert "all checks pass" in capsys.readouterr().out
