"""Parameters, metrics and curves in files of a commit: params.yaml, metrics.json, and what DVCLive writes."""

from __future__ import annotations

import csv
import io
import math
import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.exchange.git import dvc_files
from nbmodelver.exchange.git.dvc_files import Malformed
from nbmodelver.model.exchange import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbmodelver.model import Json

MOST_VALUES = 10_000
MOST_POINTS = 1_000_000
MOST_DEPTH = 20
PARAMS = ("params.yaml", "params.yml", "params.json", "dvclive/params.yaml")
METRICS = ("metrics.json", "metrics.yaml", "metrics.yml", "dvclive/metrics.json")
_CURVE = re.compile(r"(?:.*/)?(?:plots/metrics|dvclive/scalars)/(.+)\.tsv")
_SUFFIXES = (".json", ".yaml", ".yml")


@dataclass(frozen=True)
class Recorded:
    """What files of a commit say. problems: path -> why it was not read."""

    params: dict[str, Json] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    curves: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()


def is_recorded(path: str) -> bool:
    """Return True for a path that may hold parameters, metrics or a curve."""
    name = posixpath.basename(path)
    return path in (*PARAMS, *METRICS) or name in ("dvc.yaml", "dvc.lock") or _CURVE.fullmatch(path) is not None


def may_be_listed(path: str) -> bool:
    """Return True for a path that a dvc.yaml may name as one with metrics or parameters."""
    return path.endswith(_SUFFIXES)


def recorded(paths: Mapping[str, str], read: Callable[[str], Any], text_of: Callable[[str], bytes]) -> Recorded:
    """Return what the files of a commit say. read: returns the content of a JSON or YAML file. text_of: its bytes."""
    reading = _FilesOfCommit(paths, read, text_of)
    reading.run()
    return Recorded(reading.params, reading.metrics, reading.curves, tuple(reading.problems))


class _FilesOfCommit:
    """The files of one commit."""

    def __init__(self, paths: Mapping[str, str], read: Callable[[str], Any], text_of: Callable[[str], bytes]) -> None:
        self.paths, self.read, self.text_of = paths, read, text_of
        self.params: dict[str, Json] = {}
        self.metrics: dict[str, float] = {}
        self.curves: dict[str, tuple[Point, ...]] = {}
        self.problems: list[tuple[str, str]] = []

    def run(self) -> None:
        """Read all files."""
        projects = [path for path in sorted(self.paths) if posixpath.basename(path) == "dvc.yaml"]
        params, metrics = list(PARAMS), list(METRICS)
        for path in projects:
            content = self._read(path)
            folder = posixpath.dirname(path)
            params += [*dvc_files.listed_files(content, "params", folder)]
            metrics += dvc_files.listed_files(content, "metrics", folder)
        for path in dict.fromkeys(params):
            for key, value in _flat(self._read(path)):
                self.params.setdefault(key, value)
        if not self.params:
            self._params_of_locks()
        for path in dict.fromkeys(metrics):
            for key, value in _flat(self._read(path)):
                if isinstance(value, int | float) and not isinstance(value, bool) and _fits(value):
                    self.metrics.setdefault(key, float(value))
        for path in sorted(self.paths):
            if name := _CURVE.fullmatch(path):
                self._curve(path, name[1])

    def _read(self, path: str) -> Any:
        if path not in self.paths or not path.endswith(_SUFFIXES):
            return None
        try:
            return self.read(path)
        except Malformed as error:
            self.problems.append((path, str(error)))
            return None

    def _params_of_locks(self) -> None:
        for path in sorted(self.paths):
            if posixpath.basename(path) == "dvc.lock":
                try:
                    found = dvc_files.params_of_lock(self.text_of(path))
                except Malformed as error:
                    self.problems.append((path, str(error)))
                    continue
                for key, value in _flat(found):
                    self.params.setdefault(key, value)

    def _curve(self, path: str, name: str) -> None:
        try:
            points = _points(self.text_of(path))
        except (Malformed, ValueError, csv.Error) as error:
            self.problems.append((path, str(error) or "it is no table"))
            return
        if points:
            self.curves[name] = points


def _points(data: bytes) -> tuple[Point, ...]:
    """Return the points of a table of DVCLive: columns "step", perhaps "timestamp" in milliseconds, and the value."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline=""), delimiter="\t")
    columns = [name for name in rows.fieldnames or () if name not in ("step", "timestamp")]
    if "step" not in (rows.fieldnames or ()) or len(columns) != 1:
        raise Malformed("it has other columns than a step and one value")
    found: list[Point] = []
    for row in rows:
        if len(found) >= MOST_POINTS:
            raise Malformed(f"it has more than {MOST_POINTS:,} rows")
        if row["step"] and row[columns[0]]:
            at = row.get("timestamp")
            found.append(Point(int(float(row["step"])), float(row[columns[0]]), float(at) / 1000 if at else None))
    return tuple(found)


def _flat(content: Any) -> Iterator[tuple[str, Json]]:
    """Yield the values of nested mappings with keys such as "train.lr", MOST_VALUES at most."""
    stack: list[tuple[str, Any, int]] = [("", content, 0)] if isinstance(content, dict) else []
    count = 0
    while stack and count < MOST_VALUES:
        prefix, value, depth = stack.pop()
        count += 1
        if isinstance(value, dict) and value and depth < MOST_DEPTH:
            inner = [(f"{prefix}.{key}" if prefix else str(key), one, depth + 1) for key, one in value.items()]
            stack += reversed(inner[:MOST_VALUES])
        elif prefix and depth < MOST_DEPTH:
            yield prefix[:300], _json(value, depth)


def _json(value: Any, depth: int) -> Json:
    """Return a value as JSON. A date becomes a text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and depth < MOST_DEPTH and len(value) <= MOST_VALUES:
        return [one if isinstance(one, bool | int | float | str) or one is None else str(one)[:300] for one in value] \
            if not any(isinstance(one, list | dict) for one in value) else _short(value)  # fmt: skip
    return _short(value)


def _short(value: Any) -> str:
    """Return a nested list or another value as text."""
    text = "".join(piece for piece, _ in zip(_pieces(value, 0), range(MOST_VALUES), strict=False))
    return text[:10_000]


def _pieces(value: Any, depth: int) -> Iterator[str]:
    if depth > MOST_DEPTH:
        yield "..."
    elif isinstance(value, list):
        yield "["
        for number, one in enumerate(value):
            yield ", " if number else ""
            yield from _pieces(one, depth + 1)
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for number, (key, one) in enumerate(value.items()):
            yield f"{', ' if number else ''}{key}: "
            yield from _pieces(one, depth + 1)
        yield "}"
    else:
        yield str(value)[:1000]


def _fits(value: float) -> bool:
    """Return True for a number that a float holds."""
    try:
        return not math.isinf(float(value)) or isinstance(value, float)
    except OverflowError:
        return False
