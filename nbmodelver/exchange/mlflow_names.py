"""The names and lengths that MLflow accepts, and what of a version it holds otherwise than we do."""

from __future__ import annotations

import json
import math
import posixpath
import re
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.exchange.mlflow_records import LARGEST
from nbmodelver.model.exchange import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model import Json
    from nbmodelver.model.exchange import Facts, RegisteredAs

MOST_KEY = 250
MOST_PARAM = 6000
MOST_TAG = 8000
MOST_DESCRIPTION = 5000
MOST_NAME = 256
MOST_ALIAS = 255
_KEY = re.compile(r"[^\w.\- :/]")
_ALIAS = re.compile(r"[\w-]+")
_RESERVED = re.compile(r"[vV]\d+|latest", re.IGNORECASE)


def keys_of(names: Iterable[str]) -> dict[str, str]:
    """Return name -> key for MLflow, of parameters or of metrics. Different names have different keys.

    >>> keys_of(["depth", "a=b", "a_b", "../x"])
    {'depth': 'depth', 'a_b': 'a_b', 'a=b': 'a_b_2', '../x': '.._x'}
    """
    found = {name: name for name in names if _key(name) == name}
    taken = set(found.values())
    for name in names:
        if name in found:
            continue
        key, number = _key(name), 1
        while key in taken:
            number += 1
            key = f"{_key(name)[: MOST_KEY - 6]}_{number}"
        found[name] = key
        taken.add(key)
    return found


def _key(name: str) -> str:
    plain = _KEY.sub("_", name)[:MOST_KEY] or "_"
    if posixpath.normpath(plain) != plain or plain.startswith((".", "/")):
        plain = plain.replace("/", "_")
    return f"_{plain}" if plain in (".", "..") else plain


def param_of(value: Json) -> str:
    """Return a parameter as text, as Python writes it; lists and dicts as JSON. It is cut at what MLflow holds."""
    return full_param(value)[:MOST_PARAM]


def full_param(value: Json) -> str:
    """Return a parameter as text of any length."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def metric_of_ours(value: float) -> float:
    """Return a metric: MLflow has no infinity, and takes the largest number instead."""
    return math.copysign(LARGEST, value) if math.isinf(value) else value


def is_alias(name: str) -> bool:
    """Return True if MLflow accepts a name as an alias."""
    return bool(_ALIAS.fullmatch(name)) and not _RESERVED.fullmatch(name) and len(name) <= MOST_ALIAS


def labels_of(facts: Facts, one: RegisteredAs) -> list[str]:
    """Return the aliases of a registered version: its stages and aliases, then the tags of the version."""
    return [name for name in dict.fromkeys([*one.stages, *one.aliases, *facts.tags]) if is_alias(name)]


def require_names(name: str, every: Sequence[Facts]) -> None:
    """Raise UsageError for a name of an experiment or a registered model that MLflow refuses."""
    for model in dict.fromkeys([*filter(None, [name]), *(one.model for facts in every for one in facts.registered)]):
        if "/" in model or ":" in model or posixpath.normpath(model) != model or len(model) > MOST_NAME:
            raise UsageError(
                f"MLflow refuses the name '{model[:80]}': names have no '/' or ':', and at most {MOST_NAME} characters",
                "choose another name after #" if model == name else "leave out the versions of this model",
            )


def losses_of(facts: Facts) -> Iterator[LeftOut]:
    """Yield what MLflow does not hold of a version as it is. The file nbmodelver.json of the run has it exactly."""
    for what, names in (("parameter", facts.params), ("metric", {**facts.metrics, **facts.curves})):
        for name, key in keys_of(list(names)).items():
            if name != key:
                yield LeftOut(facts.name, f"{what} {name[:80]}", f"renamed there: {key[:80]}")
    for name, value in facts.params.items():
        if len(full_param(value)) > MOST_PARAM:
            yield LeftOut(facts.name, f"parameter {name[:80]}", f"cut there at {MOST_PARAM:,} characters")
    for name in sorted(_infinite(facts)):
        yield LeftOut(facts.name, f"metric {name[:80]}", f"infinity is stored there as {LARGEST:.3e}")
    if len(note_of(facts)) > MOST_TAG:
        yield LeftOut(facts.name, "note", f"cut there at {MOST_TAG:,} characters")
    labels = [*facts.tags, *(label for one in facts.registered for label in (*one.stages, *one.aliases))]
    for label in dict.fromkeys(labels):
        if not is_alias(label):
            yield LeftOut(facts.name, f"tag {label}", "MLflow refuses it as an alias: it is a tag of the run only")


def _infinite(facts: Facts) -> set[str]:
    points: Mapping[str, float] = facts.metrics
    found = {name for name, value in points.items() if math.isinf(value)}
    return found | {name for name, curve in facts.curves.items() if any(math.isinf(point.value) for point in curve)}


def note_of(facts: Facts) -> str:
    """Return message and note as one text."""
    return "\n\n".join(filter(None, [facts.message, facts.note]))
