"""Makes facts of runs and registered versions of MLflow: parameters as values, tags and descriptions as a note."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.exchange.mlflow_records import PREFIX
from nbmodelver.model import GitState
from nbmodelver.model.exchange import Facts, LeftOut, RegisteredAs
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.exchange.mlflow_records import MlflowModelVersion, MlflowRun
    from nbmodelver.exchange.mlflow_values import MlflowContent
    from nbmodelver.model import Json

MOST_NOTE_LINES = 60
_SEMVER = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]*)?")
_WORDS: dict[str, Json] = {"True": True, "False": False, "None": None}


def facts_of_run(
    run: MlflowRun, parents: Sequence[str], versions: Sequence[MlflowModelVersion], content: MlflowContent
) -> Facts:
    """Return the facts of a run. parents: ids of runs. versions: the registered versions that come from it."""
    at = run.ended_ms or run.key.started_ms
    return Facts(
        run.key.id, run.name or run.key.id[:8], 0, tuple(parents), run.key.experiment, run.name,
        "\n".join([*_note(run), *_registered_note(versions)][:MOST_NOTE_LINES]), run.user, utc_of(at),
        {name: value_of(text) for name, text in run.params.items() if not _is_secret(name, text)},
        dict(run.metrics), dict(run.curves), tuple(_own_list(run.tags.get(f"{PREFIX}tags", ""))),
        tuple(as_registered(one, content) for one in versions), _git(run.tags), content.python, dict(content.packages),
    )  # fmt: skip


def facts_of_version(one: MlflowModelVersion, before: str, content: MlflowContent) -> Facts:
    """Return the facts of a registered version without a run. before: id of the version before it, "" without one."""
    name = f"{one.model}/{one.number}"
    return Facts(
        id_of_version(one), name, 0, (before,) if before else (), one.model, name,
        "\n".join(_registered_note([one])), one.user, utc_of(one.created_ms), registered=(as_registered(one, content),),
        python=content.python, packages=dict(content.packages),
    )  # fmt: skip


def id_of_version(one: MlflowModelVersion) -> str:
    """Return what names a registered version: numbers alone are the same in every store."""
    return f"models:/{one.model}/{one.number}@{one.created_ms}"


def as_registered(one: MlflowModelVersion, content: MlflowContent) -> RegisteredAs:
    """Return a registered version. Its number is the tag `semver`, or 3.0.0 for version 3."""
    semver = one.tags.get("semver", "")
    number = semver if _SEMVER.fullmatch(semver) else f"{one.number}.0.0"
    variable = one.tags.get(f"{PREFIX}variable", "") or content.variable_of(one)
    stages = tuple(_own_list(one.tags.get(f"{PREFIX}stages", "")))
    if not stages and one.stage not in ("", "None"):
        stages = (one.stage.lower(),)
    return RegisteredAs(one.model, number, variable, stages, tuple(a for a in one.aliases if a not in stages))


def _own_list(text: str) -> list[str]:
    """Return the texts of a tag of ours."""
    try:
        found = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def value_of(text: str) -> Json:
    """Return a parameter as a number or a truth value, if Python writes that value as this text.

    >>> [value_of(text) for text in ("3", "0.1", "True", "None", "007", "0.10", "gini")]
    [3, 0.1, True, None, '007', '0.10', 'gini']
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= 40 and text[:1] in "-0123456789":
        for kind in (int, float):
            try:
                value = kind(text)
            except ValueError:
                continue
            if repr(value) == text:
                return value
    return text


def utc_of(at_ms: int) -> str:
    """Return a time in ISO 8601 with "Z", "" for 0 and for a time that has no date."""
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at_ms else ""


def secrets_in(run: MlflowRun) -> Iterator[LeftOut]:
    """Yield the parameters and tags that look like secrets. They do not come in."""
    title = run.name or run.key.id[:8]
    for what, texts in (("parameter", run.params), ("tag", run.tags)):
        for name, text in texts.items():
            if not name.startswith(("mlflow.", PREFIX)) and _is_secret(name, text):
                yield LeftOut(title, f"{what} {name}", "it looks like a secret")


def _is_secret(name: str, text: str) -> bool:
    last = re.split(r"[./: ]", name)[-1]
    return Searcher().in_value(last, text) is not None or Searcher().in_value(name, text) is not None


def _note(run: MlflowRun) -> Iterator[str]:
    """Yield the lines of a note: what the user wrote, where the version comes from, tags, and datasets."""
    yield from filter(None, [run.tags.get("mlflow.note.content", "")])
    status = "" if run.status in ("", "FINISHED") else f", status {run.status}"
    script = run.tags.get("mlflow.source.name", "")
    yield f"run {run.key.id} of MLflow, experiment {run.key.experiment}{f', by {script}' if script else ''}{status}"
    if run.key.parent:
        yield f"part of run {run.key.parent}"
    for name, text in sorted(run.tags.items()):
        if not name.startswith(("mlflow.", PREFIX)) and not _is_secret(name, text):
            yield f"{name}: {text}"
    for one in run.datasets:
        context = f" for {one.context}" if one.context else ""
        yield f"dataset {one.name}{context}, digest {one.digest}"


def _registered_note(versions: Sequence[MlflowModelVersion]) -> Iterator[str]:
    for one in versions:
        if one.description:
            yield f"{one.model}/{one.number}: {one.description}"
        for name, text in sorted(one.tags.items()):
            if not name.startswith(("mlflow.", PREFIX)) and name != "semver" and not _is_secret(name, text):
                yield f"{one.model}/{one.number} {name}: {text}"


def _git(tags: Mapping[str, str]) -> GitState | None:
    commit = tags.get("mlflow.source.git.commit", "")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return None
    return GitState(commit, tags.get("mlflow.source.git.branch", ""), tags.get(f"{PREFIX}git.dirty") == "true")


def digest_of_run(run: MlflowRun, names: Sequence[str]) -> str:
    """Return what changes when the content of a run changes. Labels and tags can change, and are no part of it."""
    points = {
        name: [(point.step, repr(point.value), point.time_s) for point in curve] for name, curve in run.curves.items()
    }
    content = [
        dict(run.params), {k: repr(v) for k, v in run.metrics.items()}, points, run.status, run.ended_ms,
        [(one.name, one.digest, one.context) for one in run.datasets], list(names),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8", "replace")).hexdigest()
