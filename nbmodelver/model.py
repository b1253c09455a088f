"""The words of nbmodelver as frozen dataclasses, and their way to and from JSON.

Everything that crosses a border between folders is defined here. Nothing here knows how bytes are stored,
how values are encoded or how anything is shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NewType, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

ObjectId = NewType("ObjectId", str)
"""blake3 of a part's raw bytes, first 20 bytes, 40 lower-case hex digits."""

VersionId = NewType("VersionId", str)
"""blake3 of a version's canonical JSON without its own id, first 20 bytes, 40 lower-case hex digits."""

_ID = re.compile(r"[0-9a-f]{40}")


def is_id(value: object) -> bool:
    """Return True for a str of 40 lower-case hex digits, the form of every id."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Kind = Literal["model", "dataset", "hyperparameters", "metric", "code", "other"]
KINDS: tuple[Kind, ...] = ("model", "dataset", "hyperparameters", "metric", "code", "other")


@dataclass(frozen=True)
class Part:
    """A run of raw bytes in the store."""

    id: ObjectId
    size_bytes: int


@dataclass(frozen=True)
class Group:
    """Names that share mutable objects: one recipe, kept and restored together.

    recipe: the part that holds the group's recipe (see codecs/recipe.py).
    size_bytes: raw bytes of the recipe and of every part it names.
    pickled: True when a load needs pickle and therefore trust.
    classes: what unpickling resolves, as "module:qualname", sorted; empty when not pickled.
    """

    names: tuple[str, ...]
    recipe: ObjectId
    size_bytes: int
    pickled: bool = False
    classes: tuple[str, ...] = ()


MOST_PLAIN = 20
"""So many plain values are no crowd in which a model's parameters would be lost."""

Direction = Literal["higher", "lower", "unknown"]
"""Which way a metric is better."""


@dataclass(frozen=True)
class Kept:
    """One name of a version.

    group: index into Version.groups.
    type: "package.Class" as a person would write it.
    digest: content identity of this value alone; equal digests mean equal bytes.
    cell: index into the version's cells of the one that last assigned the name, or None.
    notes: what about this value will not come back as it was.
    """

    name: str
    group: int
    kind: Kind
    type: str
    digest: ObjectId
    size_bytes: int
    cell: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A name that was not kept: `path` leads to the culprit inside the value."""

    name: str
    path: str
    reason: str


@dataclass(frozen=True)
class Cell:
    """A cell that ran since the parent version."""

    source: str
    execution_count: int | None = None
    duration_s: float | None = None
    ok: bool = True
    outputs: str = ""
    id: str = ""

    @property
    def only_looks(self) -> bool:
        """True when there is nothing in it but nbmodelver's own magics."""
        lines = [line for line in self.source.splitlines() if line.strip()]
        return all(line.startswith(("%mv_", "%load_ext nbmodelver")) for line in lines)


@dataclass(frozen=True)
class GitState:
    """The Git checkout around the notebook."""

    commit: str
    branch: str
    dirty: bool


@dataclass(frozen=True)
class Version:
    """Names, recipes, parameters, metrics, code and environment at one moment; immutable.

    number: 7 for "v7"; unique in its store, never used twice, given under the store's lock.
    saved_at_utc: ISO 8601 with "Z"; for display only, never for order.
    cells, environment, notebook: parts (JSON) or None. session: recipe part of the random state, or None.
    definitions: groups of classes and functions written in the notebook that the kept values use; their
    names are definition keys, not notebook names.
    new_bytes: stored bytes that this commit added; raw_bytes: what the names hold uncompressed.
    others: names that were live and not kept; a rollback leaves them alone.
    directions: metric -> "higher" or "lower", for metrics whose direction was said here or before.
    imports: name -> what import bound it to ("numpy", "sklearn.svm:SVC"); a rollback binds those that are missing.
    auto: why nbmodelver made this version by itself ("before rollback to v3", "auto"), or "".
    """

    id: VersionId
    number: int
    parents: tuple[VersionId, ...] = ()
    branch: str = "main"
    message: str = ""
    note: str = ""
    author: str = ""
    saved_at_utc: str = ""
    kept: Mapping[str, Kept] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    definitions: tuple[Group, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    others: tuple[str, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    cells: ObjectId | None = None
    environment: ObjectId | None = None
    notebook: ObjectId | None = None
    notebook_path: str = ""
    session: ObjectId | None = None
    git: GitState | None = None
    raw_bytes: int = 0
    new_bytes: int = 0
    duration_s: float = 0.0
    auto: str = ""

    def __repr__(self) -> str:
        """One line: "<v7 'deeper' · df, model · acc 0.91>"; `to_dict` has everything."""
        names = ", ".join(n if n.isidentifier() else repr(n) for n in self.names[:4])
        more = f" +{len(self.kept) - 4}" if len(self.kept) > 4 else ""
        metrics = ", ".join(f"{n if n.isidentifier() else repr(n)} {v:.4g}" for n, v in self.metrics.items())
        said = f" {self.message!r}" if self.message else ""
        return f"<{' · '.join(filter(None, [self.name + said, names + more, metrics]))}>"

    @property
    def name(self) -> str:
        """The name for people: "v7"."""
        return f"v{self.number}"

    @property
    def names(self) -> tuple[str, ...]:
        """The kept names, in the order in which they were kept."""
        return tuple(self.kept)

    def sorted_params(self, used: Collection[str] = ()) -> tuple[dict[str, Json], dict[str, Json], dict[str, Json]]:
        """The parameters of models and configurations; those that models were made with; and the other plain values.

        used: names that the code which makes the models uses. A plain value also belongs to the models where it was
        given with the commit, and where a model has a parameter of its name. A few others do as well.
        """
        owned = [k for k in self.params if k not in self.kept and k.partition(".")[0] in self.kept]
        models_first = sorted(owned, key=lambda k: self.kept[k.partition(".")[0]].kind != "model")
        inside = {k: self.params[k] for k in models_first}
        words = {word for k in inside for word in (k.rpartition(".")[2], k.rpartition("__")[2])}.union(used)
        plain = {k: v for k, v in self.params.items() if k not in inside}
        near = {k: v for k, v in plain.items() if len(plain) <= MOST_PLAIN or k not in self.kept or k in words}
        return inside, near, {k: v for k, v in plain.items() if k not in near}

    @property
    def ordered_params(self) -> dict[str, Json]:
        """The parameters in the order in which people look for them."""
        inside, near, rest = self.sorted_params()
        return {**inside, **near, **rest}

    def group_of(self, name: str) -> Group:
        """The group that holds `name`. Raises KeyError for a name that is not kept."""
        return self.groups[self.kept[name].group]

    def to_dict(self) -> dict[str, Json]:
        """JSON form, every field but those at their default; `from_dict` reads it back equal."""
        out: dict[str, Json] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name == "kept":
                out["kept"] = [_compact(k) for k in value.values()]
            elif f.name in ("groups", "definitions", "skipped"):
                out[f.name] = [_compact(x) for x in value]
            elif f.name == "git":
                out["git"] = None if value is None else asdict(value)
            elif isinstance(value, tuple):
                out[f.name] = list(value)
            else:
                out[f.name] = dict(value) if isinstance(value, Mapping) else value
        return {k: v for k, v in out.items() if v not in (None, "", [], {}) or k in ("id", "number")}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Version:
        """The version that `to_dict` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        known = {f.name for f in fields(cls)}
        unknown = set(data) - known
        if unknown:
            raise ValueError(f"unknown fields {sorted(unknown)}")
        got = dict(data)
        got["kept"] = {k["name"]: Kept(**{**k, "notes": tuple(k.get("notes", ()))}) for k in got.get("kept", ())}
        for key in ("groups", "definitions"):
            got[key] = tuple(_group(g) for g in got.get(key, ()))
        got["skipped"] = tuple(Skipped(**s) for s in got.get("skipped", ()))
        got["others"] = tuple(got.get("others", ()))
        got["parents"] = tuple(got.get("parents", ()))
        if got.get("git") is not None:
            got["git"] = GitState(**got["git"])
        return cls(**got)


def _compact(item: Kept | Group | Skipped) -> dict[str, Json]:
    data = {k: list(v) if isinstance(v, tuple) else v for k, v in vars(item).items()}
    return {k: v for k, v in data.items() if v is not None and v is not False and v != []}


def _group(data: Mapping[str, Any]) -> Group:
    return Group(**{**data, "names": tuple(data["names"]), "classes": tuple(data.get("classes", ()))})


Effect = Literal["changes", "appears", "vanishes", "stays", "lost"]


@dataclass(frozen=True)
class Change:
    """What a rollback would do to one name.

    effect: "lost" for a name of the version that cannot come back here; `reason` says why.
    """

    name: str
    effect: Effect
    kind: Kind = "other"
    type: str = ""
    size_bytes: int = 0
    reason: str = ""


Way = Literal["", "missing", "beside"]


@dataclass(frozen=True)
class Plan:
    """What a rollback to `version` would do, found before anything is touched.

    load_bytes: raw bytes that have to be read. environment: differences from the present one, as sentences.
    notes: what else the user should know (a whole group comes along, a class is restored as it was then ...).
    saves_first: True when the present state differs from every version and is saved before.
    way: "missing" when only names that are gone come back, "beside" when they come under other names.
    unsaved: live values that are replaced or removed and that no version can hold, each with the reason; only the
    memory of this kernel brings them back.
    """

    version: Version
    changes: tuple[Change, ...]
    load_bytes: int = 0
    environment: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    saves_first: bool = False
    way: Way = ""
    unsaved: tuple[Skipped, ...] = ()

    def named(self, effect: Effect) -> tuple[str, ...]:
        """The names with this effect, in order."""
        return tuple(c.name for c in self.changes if c.effect == effect)

    def to_dict(self) -> dict[str, Json]:
        """JSON form for the front-end; the version is given by id and name."""
        return {
            "version": {"id": self.version.id, "name": self.version.name, "message": self.version.message},
            "changes": [asdict(c) for c in self.changes],
            "load_bytes": self.load_bytes,
            "environment": list(self.environment),
            "notes": list(self.notes),
            "saves_first": self.saves_first,
            "unsaved": [s.name for s in self.unsaved],
        }


Status = Literal["added", "removed", "changed", "same"]


@dataclass(frozen=True)
class Row:
    """One line of a section: cells in the order of the section's columns."""

    cells: tuple[Json, ...]
    status: Status = "changed"


ChartKind = Literal["line", "scatter", "bars", "histogram"]


@dataclass(frozen=True)
class Series:
    """One run of numbers in a chart; None in `y` where there is none. See Chart for what `x` is."""

    label: str
    y: tuple[float | None, ...]
    x: tuple[float, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Numbers to be drawn, with their table behind them.

    line and scatter: x and y of equal length. bars: one y for each of `labels`. histogram: y are counts, x the edges of
    the bins, one more than y; several series lie over each other. better: which way y is better, where it is a metric.
    """

    kind: ChartKind
    title: str
    series: tuple[Series, ...]
    labels: tuple[str, ...] = ()
    x_label: str = ""
    y_label: str = ""
    better: Direction = "unknown"

    def to_dict(self) -> dict[str, Json]:
        """JSON form for the front-end."""
        series: list[Json] = [{"label": s.label, "x": list(s.x), "y": list(s.y)} for s in self.series]
        return {
            "kind": self.kind,
            "title": self.title,
            "x_label": self.x_label,
            "y_label": self.y_label,
            "labels": list(self.labels),
            "series": series,
            "better": self.better,
        }


@dataclass(frozen=True)
class Section:
    """One part of a comparison: a table, or a text diff, or both, and charts.

    id: stable, dotted ("names", "params", "metrics", "profile.df", "code", "packages"); front-ends may render
    known ids in their own way and fall back to the table. lines: unified diff lines without file header.
    directions: of rows that are metrics, by their names.
    """

    id: str
    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    note: str = ""
    charts: tuple[Chart, ...] = ()
    directions: Mapping[str, Direction] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """True when any row or line is not the same on both sides."""
        return bool(self.lines) or any(r.status != "same" for r in self.rows)


@dataclass(frozen=True)
class Diff:
    """A comparison of two versions, `before` and `after`, as sections."""

    before: Version
    after: Version
    sections: tuple[Section, ...]

    def to_dict(self) -> dict[str, Json]:
        """JSON form, the same that the front-end reads."""
        return {
            "before": {"id": self.before.id, "name": self.before.name, "message": self.before.message},
            "after": {"id": self.after.id, "name": self.after.name, "message": self.after.message},
            "sections": [section_to_dict(s) for s in self.sections],
        }


def section_to_dict(section: Section) -> dict[str, Json]:
    """JSON form of one section."""
    return {
        "id": section.id,
        "title": section.title,
        "columns": list(section.columns),
        "rows": [{"cells": list(r.cells), "status": r.status} for r in section.rows],
        "lines": list(section.lines),
        "note": section.note,
        "charts": [c.to_dict() for c in section.charts],
        "directions": dict(section.directions),
    }


Profile = Mapping[str, Json]
"""What a value is, as JSON: for a dataset shape, schema and column statistics; for a model class, parameters, size."""


@dataclass(frozen=True)
class Problem:
    """Something that `verify` found. `object` is a part, pack, record or ref; `version` and `name` where known."""

    what: str
    object: str
    version: str = ""
    name: str = ""


@dataclass(frozen=True)
class GcReport:
    """What a gc removed or would remove. rewritten_bytes: size of the packs of which only a part stays.

    freed_bytes: below 0 where what stays had leaned on what goes and takes more room without it. exact: False where
    a dry run only estimates. left_packs: files that another program has open (on Windows); the next gc deletes them.
    """

    parts: int = 0
    packs: int = 0
    freed_bytes: int = 0
    kept_bytes: int = 0
    dry_run: bool = False
    rewritten_bytes: int = 0
    exact: bool = True
    left_packs: int = 0


class Progress(Protocol):
    """Told how far a long operation is. May raise KeyboardInterrupt to stop it."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """`done` of `total` (bytes or steps) of `what` are done."""
        ...


class Backend(Protocol):
    """Where a store's files are: a handful of methods, so that an object store can stand in for a disk.

    Keys are relative, "/"-separated, lower-case ASCII. All methods may be called from any thread. A missing key
    raises KeyError; every other failure is a StoreError.
    """

    @property
    def where(self) -> str:
        """The place, for messages."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes | memoryview:
        """`length` bytes from `start` (to the end without it). May be a read-only view of a mapped file."""
        ...

    def size(self, key: str) -> int:
        """Bytes under `key`."""
        ...

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a new immutable object durably, all or nothing; False when the key exists (nothing is written)."""
        ...

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace a small value durably if it is `expected` (None: absent); `new` None deletes. False otherwise."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in sorted order. Raises StoreError rather than give half a listing."""
        ...

    def delete(self, key: str, *, durable: bool = True) -> None:
        """Remove `key`; a missing key is no error. durable: False when it may come back after a power loss."""
        ...

    def move(self, key: str, new: str) -> None:
        """Give `key` another name, durably. KeyError when it is missing, StoreError when `new` is there."""
        ...

    def age_s(self, key: str) -> float:
        """Seconds since `key` was written, by the clock of the place; negative when that clock went back."""
        ...

    def lock(self, name: str, timeout_s: float = 10.0, *, shared: bool = False) -> AbstractContextManager[None]:
        """Hold the lock `name` for a block, alone or shared; it goes with its holder, however that ends.

        Not re-entrant. Raises StoreLocked, naming the holder, after `timeout_s`.
        """
        ...

    def sweep(self) -> int:
        """Remove what writers that are gone left behind (temporary files); gives their number."""
        ...


Names = Sequence[str]
