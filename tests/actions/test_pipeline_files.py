"""The files of a pipeline are valid, and each of their commands runs as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import nbmodelver
from nbmodelver.actions import pipeline_files
from nbmodelver.errors import FileExists, UsageError
from tests.registry.samples import adopted, on_disk, three

ROOT = Path(nbmodelver.__file__).parents[1]


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """Runs a line as a pipeline would: in a shell, with `nbmodelver` on the PATH, in a folder with a store."""
    adopted(three(on_disk(tmp_path)), '[[gates]]\nto = "production"\nrequire = "metrics.f1 >= 0.82"\n')
    tools = tmp_path / "bin"
    tools.mkdir()
    program = tools / "nbmodelver"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m nbmodelver.cli "$@"\n')
    program.chmod(0o700)
    environment = {
        **os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "NBMODELVER_STORE": ".nbmodelver", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_RUN_ID": "7", "GITHUB_SHA": "abc", "CI_PIPELINE_ID": "7", "CI_COMMIT_SHA": "abc",
    }  # fmt: skip

    def run(line: str) -> int:
        return subprocess.run(["sh", "-ec", line], cwd=tmp_path, env=environment, check=False).returncode

    return run


def github_lines(text: str) -> list[str]:
    jobs = yaml.safe_load(text)["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]


def gitlab_lines(text: str) -> list[str]:
    data = yaml.safe_load(text)
    return [*data["default"]["before_script"], *data["check"]["script"], *data["promote"]["script"]]


@pytest.mark.parametrize(("kind", "lines"), [("github", github_lines), ("gitlab", gitlab_lines)])
def test_each_command_of_a_pipeline_runs(runner, tmp_path, kind, lines):
    text = pipeline_files.KINDS[kind]("churn/1.0.0", "production").text
    commands = lines(text)
    assert len(commands) >= 4
    assert [runner(line) for line in commands] == [0] * len(commands)
    assert (nbmodelver.open(tmp_path).moves.state("stages/churn/production")) is not None
    assert "would be the first version" in (tmp_path / "summary.md").read_text()
    red = pipeline_files.KINDS[kind]("churn/1.1.0", "production").text
    assert {runner(line) for line in lines(red) if " check " in line or " promote " in line} == {1}


def test_the_workflow_promotes_only_after_a_check_and_not_for_a_pull_request():
    data = yaml.safe_load(pipeline_files.github("churn", "").text)
    assert data[True].keys() == {"pull_request", "push"}  # YAML 1.1 reads "on" as true.
    assert (data["jobs"]["promote"]["needs"], data["permissions"]) == ("check", {"contents": "read"})
    assert "push" in data["jobs"]["promote"]["if"]
    assert "--to" not in github_lines(pipeline_files.github("churn", "").text)[-1]


def test_the_hook_for_notebooks_is_the_same_here_and_in_the_repository():
    (hook,) = yaml.safe_load(pipeline_files.pre_commit().text)["repos"][0]["hooks"]
    ours = next(h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()) if h["id"] == hook["id"])
    assert {key: hook[key] for key in ("id", "name", "entry", "files")} == {
        key: ours[key] for key in ("id", "name", "entry", "files")
    }


@pytest.mark.parametrize(
    ("address", "stage", "says"),
    [("", "", "the model is missing"), ("a; rm -rf /", "", "cannot stand"), ("churn", "$(x)", "cannot stand")],
)
def test_only_plain_names_stand_in_a_file(address, stage, says):
    with pytest.raises(UsageError, match=says):
        pipeline_files.gitlab(address, stage)


def test_a_file_is_written_once_and_another_one_stays(tmp_path):
    file = pipeline_files.github("churn", "")
    for _ in range(2):
        assert pipeline_files.write(file, tmp_path).is_written
    assert (tmp_path / file.path).read_text() == file.text
    with pytest.raises(FileExists, match=r"nbmodelver\.yml exists"):
        pipeline_files.write(pipeline_files.github("other", ""), tmp_path)
    assert (tmp_path / file.path).read_text() == file.text
