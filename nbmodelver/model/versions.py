"""The description of a version: names, groups, cells and environment at one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.model.input_files import InputFile

if TYPE_CHECKING:
    from nbmodelver.model.ids import ObjectId, VersionId

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
    """Names that share mutable objects. They have one recipe, and are kept and restored together.

    recipe: id of the part with the group's recipe (see codecs/recipe.py).
    size_bytes: raw bytes of the recipe and of every part that it names.
    pickled: True if a load needs pickle, and therefore trust.
    classes: the classes and functions that unpickling imports, as "module:qualname", sorted; empty if not pickled.
    """

    names: tuple[str, ...]
    recipe: ObjectId
    size_bytes: int
    pickled: bool = False
    classes: tuple[str, ...] = ()


EVERY_OTHER = "*"
"""In `Version.others`: all names that the version does not have, because it says nothing about them."""

MOST_PLAIN = 20
"""Up to this number of plain values, all are listed next to the parameters of models (`Version.sorted_params`)."""

Direction = Literal["higher", "lower", "unknown"]
"""The direction in which a metric is better."""


@dataclass(frozen=True)
class Kept:
    """One name of a version.

    group: index into Version.groups.
    type: class of the value for display, as "package.Class".
    digest: hash of this value alone; equal digests mean equal content.
    size_bytes: raw bytes of this value.
    cell: index into the version's cells of the cell that last assigned the name, or None.
    notes: properties of this value that a restore does not reproduce.
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
    """A name that was not kept. path: where in the value the cause is, for example "model.log[0]"."""

    name: str
    path: str
    reason: str


@dataclass(frozen=True)
class Cell:
    """A cell that was executed since the parent version.

    ok: False if it raised an exception. outputs: its text output, shortened. id: id of the cell in the notebook.
    """

    source: str
    execution_count: int | None = None
    duration_s: float | None = None
    ok: bool = True
    outputs: str = ""
    id: str = ""

    @property
    def only_looks(self) -> bool:
        """True if the cell has only magics of nbmodelver."""
        lines = [line for line in self.source.splitlines() if line.strip()]
        return all(line.startswith(("%mv_", "%load_ext nbmodelver")) for line in lines)


@dataclass(frozen=True)
class GitState:
    """The Git checkout that contains the notebook. dirty: it has uncommitted changes."""

    commit: str
    branch: str
    dirty: bool


@dataclass(frozen=True)
class Version:
    """A version: names, recipes, parameters, metrics, code and environment at one moment. Immutable.

    number: 7 for "v7"; unique in its store, never reused, assigned under the store's lock.
    saved_at_utc: ISO 8601 with "Z"; for display only, never for order (D13, see docs/durability.md).
    cells, environment, notebook, probe: ids of parts (JSON) or None; probe has predictions of models.
    inputs: the files that the cells so far have read, sorted by path.
    session: id of the recipe of the random state, or None.
    definitions: groups of classes and functions of the notebook that the kept values use; their names are keys of
    definitions, not names of variables.
    new_bytes: stored bytes that this commit added. raw_bytes: uncompressed bytes of the kept names.
    duration_s: time that the commit took.
    others: names that existed and were not kept; a rollback does not change them. "*" stands for all other names.
    directions: metric -> "higher" or "lower", for metrics whose direction was given in this or an earlier version.
    expressions: metric -> the code that measured it, such as "model.score(X_test, y_test)".
    roles: name -> "train", "validation", "test", as cells used the values (fit, score ...). given_roles: the names in
    `roles` whose role the user stated.
    imports: name -> the module or object that an import bound to it ("numpy", "sklearn.svm:SVC"); a rollback imports
    missing ones.
    auto: the reason for an automatic version ("before rollback to v3", "auto"), "" for a commit by the user.
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
    expressions: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given_roles: tuple[str, ...] = ()
    cells: ObjectId | None = None
    environment: ObjectId | None = None
    notebook: ObjectId | None = None
    probe: ObjectId | None = None
    inputs: tuple[InputFile, ...] = ()
    notebook_path: str = ""
    session: ObjectId | None = None
    git: GitState | None = None
    raw_bytes: int = 0
    new_bytes: int = 0
    duration_s: float = 0.0
    auto: str = ""

    def __repr__(self) -> str:
        """Return one line: "<v7 'deeper' · df, model · acc 0.91>". `to_dict` has all fields."""
        names = ", ".join(n if n.isidentifier() else repr(n) for n in self.names[:4])
        more = f" +{len(self.kept) - 4}" if len(self.kept) > 4 else ""
        metrics = ", ".join(f"{n if n.isidentifier() else repr(n)} {v:.4g}" for n, v in self.metrics.items())
        said = f" {self.message!r}" if self.message else ""
        return f"<{' · '.join(filter(None, [self.name + said, names + more, metrics]))}>"

    @property
    def name(self) -> str:
        """The name for display: "v7"."""
        return f"v{self.number}"

    @property
    def names(self) -> tuple[str, ...]:
        """The kept names, in order of their commit."""
        return tuple(self.kept)

    def sorted_params(self, used: Collection[str] = ()) -> tuple[dict[str, Json], dict[str, Json], dict[str, Json]]:
        """Return three dicts: parameters of models and configurations, plain values used by models, other plain values.

        used: names that occur in the code that creates the models. A plain value counts as used by a model if it is in
        `used`, if it was given with the commit, if a model has a parameter of its name, or if there are at most
        MOST_PLAIN plain values.
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
        """The parameters in the order of `sorted_params`."""
        inside, near, rest = self.sorted_params()
        return {**inside, **near, **rest}

    def left_out(self, name: str) -> bool:
        """True if the name existed when the version was made and is not part of it."""
        return name in self.others or EVERY_OTHER in self.others or any(s.name == name for s in self.skipped)

    def group_of(self, name: str) -> Group:
        """Return the group of a kept name. Raises KeyError."""
        return self.groups[self.kept[name].group]

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form without empty fields. `from_dict` restores an equal version."""
        out: dict[str, Json] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name == "kept":
                out["kept"] = [_compact(k) for k in value.values()]
            elif f.name in ("groups", "definitions", "skipped", "inputs"):
                out[f.name] = [_compact(x) for x in value]
            elif f.name == "git":
                out["git"] = None if value is None else asdict(value)
            elif f.name == "roles":
                out["roles"] = {name: list(roles) for name, roles in value.items()}
            elif isinstance(value, tuple):
                out[f.name] = list(value)
            else:
                out[f.name] = dict(value) if isinstance(value, Mapping) else value
        return {k: v for k, v in out.items() if v not in (None, "", [], {}) or k in ("id", "number")}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Version:
        """Return the version for a JSON form of `to_dict`. Raises ValueError, KeyError, TypeError for anything else."""
        known = {f.name for f in fields(cls)}
        unknown = set(data) - known
        if unknown:
            raise ValueError(f"unknown fields {sorted(unknown)}")
        got = dict(data)
        got["kept"] = {k["name"]: Kept(**{**k, "notes": tuple(k.get("notes", ()))}) for k in got.get("kept", ())}
        for key in ("groups", "definitions"):
            got[key] = tuple(_group(g) for g in got.get(key, ()))
        got["skipped"] = tuple(Skipped(**s) for s in got.get("skipped", ()))
        got["inputs"] = tuple(InputFile(**i) for i in got.get("inputs", ()))
        got["others"] = tuple(got.get("others", ()))
        got["roles"] = {name: tuple(roles) for name, roles in got.get("roles", {}).items()}
        got["given_roles"] = tuple(got.get("given_roles", ()))
        got["parents"] = tuple(got.get("parents", ()))
        if got.get("git") is not None:
            got["git"] = GitState(**got["git"])
        return cls(**got)


def _compact(item: Kept | Group | Skipped | InputFile) -> dict[str, Json]:
    data = {k: list(v) if isinstance(v, tuple) else v for k, v in vars(item).items()}
    return {k: v for k, v in data.items() if v is not None and v is not False and v != []}


def _group(data: Mapping[str, Any]) -> Group:
    return Group(**{**data, "names": tuple(data["names"]), "classes": tuple(data.get("classes", ()))})
