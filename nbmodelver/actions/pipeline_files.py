"""Files that run `nbmodelver ci`: a workflow for GitHub, a pipeline for GitLab, and a hook for pre-commit."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import FileExists, StoreError, UsageError
from nbmodelver.model.pipelines import PipelineFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAFE = re.compile(r"[\w.@/~-]+")
STORE_NOTE = "the runner must see the store: name its folder in the variable NBMODELVER_STORE"
_INSTALL = "nbmodelver --version || python -m pip install nbmodelver"
_GITHUB = """\
# Made by nbmodelver ci init. NBMODELVER_STORE is a variable of the repository: the folder of the store on the runner.
# Without it, the store is the folder .nbmodelver of the checkout, and what a promotion changes there is lost.
name: nbmodelver
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
concurrency:
  group: nbmodelver-${{{{ github.ref }}}}
env:
  NBMODELVER_STORE: ${{{{ vars.NBMODELVER_STORE || '.nbmodelver' }}}}
jobs:
  check:
    runs-on: ${{{{ vars.NBMODELVER_RUNNER || 'ubuntu-latest' }}}}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: {install}
      - run: {compare}
      - run: {check}
  promote:
    needs: check
    if: github.event_name == 'push'
    runs-on: ${{{{ vars.NBMODELVER_RUNNER || 'ubuntu-latest' }}}}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: {install}
      - run: {promote} -m "pipeline $GITHUB_RUN_ID of $GITHUB_SHA"
"""
_GITLAB = """\
# Made by nbmodelver ci init. NBMODELVER_STORE is a variable of the project: the folder of the store on the runner.
# Without it, the store is the folder .nbmodelver of the checkout, and what a promotion changes there is lost.
default:
  image: python:3.12
  before_script:
    - {install}
stages: [check, promote]
check:
  stage: check
  script:
    - {compare}
    - {check}
promote:
  stage: promote
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  resource_group: nbmodelver
  script:
    - {promote} -m "pipeline $CI_PIPELINE_ID of $CI_COMMIT_SHA"
"""
_PRE_COMMIT = """\
repos:
  - repo: local
    hooks:
      - id: nbmodelver-notebooks
        name: notebooks are as in their versions
        entry: nbmodelver ci notebooks
        language: system
        files: \\.ipynb$
"""


def github(address: str, stage: str) -> PipelineFile:
    """Return the workflow. address: of a model. stage: "" for the last one of the policy. Raises UsageError."""
    return PipelineFile(".github/workflows/nbmodelver.yml", _filled(_GITHUB, address, stage), STORE_NOTE)


def gitlab(address: str, stage: str) -> PipelineFile:
    """Return the pipeline, as `github`."""
    return PipelineFile(".gitlab-ci.yml", _filled(_GITLAB, address, stage), STORE_NOTE)


def pre_commit() -> PipelineFile:
    """Return the configuration of the hook for notebooks."""
    return PipelineFile(".pre-commit-config.yaml", _PRE_COMMIT, "then: pre-commit install")


KINDS: dict[str, Callable[[str, str], PipelineFile]] = {
    "github": github, "gitlab": gitlab, "pre_commit": lambda _address, _stage: pre_commit(),
}  # fmt: skip


def _filled(template: str, address: str, stage: str) -> str:
    if not address:
        raise UsageError("the model is missing", "name it: nbmodelver ci init churn --github")
    for word in (address, stage):
        if word and not SAFE.fullmatch(word):
            raise UsageError(
                f"'{word}' cannot stand in the file of a pipeline", "write letters, digits, '.', '_', '/' or '@'"
            )
    to = f" --to {shlex.quote(stage)}" if stage else ""
    commands = {verb: f"nbmodelver ci {verb} {shlex.quote(address)}{to}" for verb in ("check", "compare", "promote")}
    return template.format(install=_INSTALL, **commands)


def write(file: PipelineFile, folder: Path) -> PipelineFile:
    """Write a file below a folder. Does nothing if it is there with the same text.

    Raises FileExists for another text, StoreError if it cannot be written.
    """
    path = folder / file.path
    try:
        if path.exists():
            if path.read_text("utf-8") == file.text:
                return replace(file, is_written=True)
            raise FileExists(f"{file.path} exists", "print the lines without --write, and add them to it")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{file.path} cannot be written: {error}", "check the permissions of the folder") from None
    return replace(file, is_written=True)
