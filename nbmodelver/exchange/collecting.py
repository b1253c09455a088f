"""Makes files of a version: values in open formats where one holds them exactly, models as well, documents as text.

The files lie in a temporary folder for as long as the version is exported, so memory holds one value at a time.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NeedsTrust, NotLoadable, UsageError
from nbmodelver.model.exchange import Facts, LeftOut, Member, VersionFiles
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.model import Kept, Version
    from nbmodelver.model.exchange import Exactness, RegisteredAs, Role
    from nbmodelver.repo import Repo

MOST_RECORD_BYTES = 100 << 20
"""A version with larger values gets no bundle beside the open files, unless it is asked for."""
SUFFIXES = {"json": "json", "npy": "npy", "parquet": "parquet", "parquet-series": "parquet"}
ROLES: dict[str, Role] = {
    "model": "model", "dataset": "dataset", "hyperparameters": "hyperparameters", "metric": "metric", "code": "code",
    "other": "other",
}  # fmt: skip
_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class _What:
    """What a file is; see Member."""

    role: Role
    format: str
    exact: Exactness
    name: str = ""


@dataclass(frozen=True)
class FileOptions:
    """What becomes a file.

    names: only these variables; () for all. registered: version -> its places in the registry. tags: version -> tags.
    documents: gives further files of a version, such as requirements.txt: path -> content. record: writes the bundle of
    a version to a file, None for none. with_record: also of large versions. allow_secrets: names that are exported
    although they look like secrets.
    """

    names: frozenset[str] = frozenset()
    registered: Mapping[str, Sequence[RegisteredAs]] = field(default_factory=dict)
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    documents: Callable[[Version], Mapping[str, bytes]] | None = None
    record: Callable[[Version, Path], None] | None = None
    with_record: bool = False
    allow_secrets: frozenset[str] = frozenset()


def facts_of(repo: Repo, version: Version, options: FileOptions) -> Facts:
    """Return what is known of a version, without reading its values. Raises Damaged."""
    environment = repo.environment(version)
    listed = environment.get("packages")
    return Facts(
        version.id, version.name, version.number, tuple(version.parents), version.branch, version.message,
        repo.history.note(version), version.author, version.saved_at_utc, dict(version.params), dict(version.metrics),
        {}, tuple(sorted(options.tags.get(version.id, ()))), tuple(options.registered.get(version.id, ())), version.git,
        str(environment.get("python", "")),
        {str(k): str(v) for k, v in listed.items()} if isinstance(listed, dict) else {},
        repo.refs.get(f"origin/{version.id}") or "", {name: tuple(roles) for name, roles in version.roles.items()},
    )  # fmt: skip


@contextmanager
def contents(repo: Repo, version: Version, options: FileOptions) -> Iterator[VersionFiles]:
    """Yield a version as files, which are removed afterwards.

    Pickled values of a version that is not trusted are left out. Raises UsageError for a value that looks like a
    secret, Damaged, MissingPart, StoreFull.
    """
    with TemporaryDirectory() as folder:
        collecting = _VersionWriter(repo, version, options, Path(folder))
        collecting.run()
        members = tuple(sorted(collecting.members, key=lambda one: one.path))
        only = tuple(sorted(options.names))
        yield VersionFiles(facts_of(repo, version, options), members, tuple(collecting.left_out), only)


class _VersionWriter:
    """The files of one version."""

    def __init__(self, repo: Repo, version: Version, options: FileOptions, folder: Path) -> None:
        self.repo, self.version, self.options, self.folder = repo, version, options, folder
        self.members: list[Member] = []
        self.left_out: list[LeftOut] = []
        self._stems = _stems([name for name in version.kept if not options.names or name in options.names])

    def run(self) -> None:
        """Write all files."""
        for name, stem in self._stems.items():
            self._variable(self.version.kept[name], stem)
        for skipped in self.version.skipped:
            self._leave_out(skipped.path, f"the version does not have it: {skipped.reason}")
        self._documents()
        self._record()

    # -- values

    def _variable(self, kept: Kept, stem: str) -> None:
        try:
            if kept.kind == "model":
                self._model(kept, stem)
            else:
                self._value(kept, stem)
        except NeedsTrust:
            self._leave_out(kept.name, f"it is pickled and comes from elsewhere: %mv_trust {self.version.name}")
        except NotLoadable as error:
            self._leave_out(kept.name, f"it cannot be loaded here: {error.message}")

    def _model(self, kept: Kept, stem: str) -> None:
        self._require_trust(kept.name)
        made = portable.model_copy(self.repo, self.version, kept.name)
        if made is None:
            self._pickled(kept, f"models/{stem}/model.pkl", self._loaded(kept.name))
            return
        found, _ = made
        for file, data in sorted(found.files.items()):
            self._write(f"models/{stem}/{file}", data, _What("model", found.format, "state", kept.name))

    def _value(self, kept: Kept, stem: str) -> None:
        self._require_trust(kept.name)
        value = self._loaded(kept.name)
        self._refuse_secret(kept.name, value)
        found = portable.in_open_format(value)
        if found is None:
            self._pickled(kept, f"values/{stem}.pkl", value)
            return
        place = "data" if kept.kind == "dataset" else "values"
        path = f"{place}/{stem}.{SUFFIXES[found.format]}"
        self._write(path, found.data, _What(ROLES[kept.kind], found.format, "value", kept.name))

    def _require_trust(self, name: str) -> None:
        if self.version.group_of(name).pickled and not self.repo.trusts(self.version):
            raise NeedsTrust(f"'{name}' is pickled")

    def _loaded(self, name: str) -> Any:
        return self.repo.loaded(self.version, [name])[0][name]

    def _pickled(self, kept: Kept, path: str, value: Any) -> None:
        if kept.kind == "code":
            self._leave_out(kept.name, "it is code; the cells define it")
            return
        try:
            data = pickle.dumps(value, protocol=5)
        except Exception as error:  # whatever the class raises
            self._leave_out(kept.name, f"pickle cannot write it: {type(error).__name__}")
            return
        self._write(path, data, _What(ROLES[kept.kind], "pickle", "pickle", kept.name))

    def _refuse_secret(self, name: str, value: Any) -> None:
        why = "" if name in self.options.allow_secrets else portable.secret_in(name, value)
        if why:
            raise UsageError(
                f"{self.version.name} was not exported, because '{name}' may hold a secret: {why}",
                f"if it is not a secret: --allow-secret {name}; or leave it out with --only",
            )

    # -- documents

    def _documents(self) -> None:
        notebook = self.repo.notebook(self.version)
        if notebook is not None:
            self._write("notebook.ipynb", notebook, _What("document", "ipynb", "copy"))
        cells = portable.cells_so_far(self.repo, self.version)
        if cells:
            text = "\n\n".join(f"# %%\n{cell.source}" for cell in cells)
            self._write("cells.py", f"{text}\n".encode("utf-8", "replace"), _What("code", "text", "copy"))
        self._write("params.json", _json(dict(self.version.params)), _What("document", "json", "copy"))
        self._write("metrics.json", _json(dict(self.version.metrics)), _What("document", "json", "copy"))
        environment = _json(self.repo.environment(self.version))
        self._write("environment.json", environment, _What("environment", "json", "copy"))
        given = self.options.documents(self.version) if self.options.documents is not None else {}
        for path, content in given.items():
            self._write(path, content, _What("environment", "text", "copy"))

    def _record(self) -> None:
        options = self.options
        if options.record is None or not (options.with_record or self.version.raw_bytes <= MOST_RECORD_BYTES):
            return
        path = self.folder / "version.nbmv.zip"
        options.record(self.version, path)
        self._add(path.name, path, _What("record", "bundle", "record"))

    # -- files

    def _write(self, path: str, data: bytes | memoryview, what: _What) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self._add(path, file, what)

    def _add(self, path: str, file: Path, what: _What) -> None:
        sha256, md5 = hashes_of(file)
        self.members.append(
            Member(path, what.role, what.name, what.format, what.exact, file.stat().st_size, sha256, md5, file)
        )

    def _leave_out(self, what: str, why: str) -> None:
        self.left_out.append(LeftOut(self.version.name, what, why))


def hashes_of(file: Path) -> tuple[str, str]:
    """Return SHA-256 and MD5 of a file, as hex digits. Other systems name files by MD5."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with file.open("rb") as source:
        while data := source.read(_READ_BYTES):
            sha256.update(data)
            md5.update(data)
    return sha256.hexdigest(), md5.hexdigest()


def _stems(names: Sequence[str]) -> dict[str, str]:
    """Return name -> file name without suffix: ASCII, unique without regard to case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:80].strip("_") or "value"
        stem, number = plain, 1
        while stem.lower() in taken:
            number += 1
            stem = f"{plain}_{number}"
        taken.add(stem.lower())
        found[name] = stem
    return found


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace")
