"""A version to one file: data first, then the documents that describe it, the manifest last."""

from __future__ import annotations

import filecmp
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nbmodelver import system
from nbmodelver.bundle import documents, names, notebooks, pins
from nbmodelver.bundle.archive import Writer
from nbmodelver.bundle.first_cell import Variable
from nbmodelver.errors import FileExists, StoreFull, StoreReadOnly, UsageError
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from nbmodelver.model import ObjectId, Progress, Version
    from nbmodelver.repo import Repo

_SUFFIXES = {"json": ".json", "npy": ".npy", "parquet": ".parquet", "parquet-series": ".parquet"}


def default_name(version: Version) -> str:
    """The file's name when the user gives none: "study-v3.nbmv.zip"."""
    stem = version.notebook_path.removesuffix(".ipynb")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:80] or "notebook"
    return f"{safe}-{version.name}{names.SUFFIX}"


def write(
    repo: Repo,
    version: str | Version,
    path: str | Path,
    progress: Progress | None = None,
    *,
    allow_secrets: Collection[str] = (),
) -> Path:
    """Write `version` as a bundle to `path`, whole or not at all, and give the path.

    The same version gives the same bytes. A file that is there already stays: it is an error (UsageError), unless it
    holds these very bytes. Pickled values are not loaded. allow_secrets: names that may leave although they look like
    secrets; others are refused (UsageError). Raises MissingPart, Damaged, StoreReadOnly, StoreFull.
    """
    version, path = repo[version], Path(path)
    with _beside(path) as file:
        zip_ = Writer(file)
        try:
            _Bundle(repo, version, zip_, progress, frozenset(allow_secrets)).write(default_name(version))
        finally:
            zip_.abandon()
    return path


class _Bundle:
    """One bundle being written."""

    def __init__(
        self, repo: Repo, version: Version, zip_: Writer, progress: Progress | None, allowed: frozenset[str]
    ) -> None:
        self.repo = repo
        self.version = version
        self.zip = zip_
        self.progress = progress
        self.allowed = allowed
        self.leaving = portable.taken_out(repo, version)
        self.modules = repo.modules_of(version)
        self.roots = [f"{names.MODULES}{root}".rstrip("/") for root in portable.roots(self.modules)]

    def write(self, file_name: str) -> None:
        """All of it, in a fixed order."""
        variables = self._variables()
        self._modules()
        sizes = self._parts()
        self.zip.add(names.RECORD, portable.record(self.leaving.version))
        self._documents(variables, sizes, file_name)
        self.zip.finish()

    def _variables(self) -> list[Variable]:
        """Each name in an open format where one holds it."""
        stems = names.file_names(sorted(self.version.kept))
        return [self._variable(name, stem) for name, stem in sorted(stems.items())]

    def _variable(self, name: str, stem: str) -> Variable:
        kept = self.version.kept[name]
        if self.version.group_of(name).pickled:
            return Variable(kept, needs_trust=True)
        value = portable.plain_value(self.repo, self.version, name)
        self._refuse_secret(name, value)
        found = portable.in_open_format(value)
        if found is None:
            return Variable(kept, needs_trust=False)
        file = f"{names.VARIABLES}{stem}{_SUFFIXES[found.format]}"
        self.zip.add(file, found.data)
        return Variable(kept, False, found.format, file, found.label)

    def _refuse_secret(self, name: str, value: Any) -> None:
        """Nothing leaves that looks like a secret, unless it is allowed by name. (P14; a commit looks as well.)"""
        why = "" if name in self.allowed else portable.secret_in(name, value)
        if why:
            raise UsageError(
                f"{self.version.name} is not exported, as '{name}' may hold a secret: {why}",
                f"commit without it, or, if it is no secret: %mv_export {self.version.name} --allow-secret {name}",
            )

    def _modules(self) -> None:
        """The modules of the project as files, so that the notebook finds them without nbmodelver."""
        for path, source in self.modules.files.items():
            self._refuse_secret(path, source)
            if names.is_module(path):
                self.zip.add(f"{names.MODULES}{path}", source)

    def _parts(self) -> dict[ObjectId, int]:
        """Every part, one at a time; gives their raw sizes."""
        sizes: dict[ObjectId, int] = {}
        for number, part in enumerate(self.leaving.parts, 1):
            raw = portable.raw(self.repo, self.leaving, part)
            packed = portable.compressed(raw)
            name = f"{names.PARTS}{part}"
            self.zip.add(name if packed is None else name + names.COMPRESSED, raw if packed is None else packed)
            sizes[part] = len(raw)
            if self.progress is not None:
                self.progress(number, len(self.leaving.parts), "writing the bundle")
        return sizes

    def _documents(self, variables: list[Variable], sizes: dict[ObjectId, int], file_name: str) -> None:
        version = self.version
        cells = portable.cells_so_far(self.repo, version)
        environment = self.repo.environment(version)
        listed = environment.get("packages")
        packages = {str(k): str(v) for k, v in listed.items()} if isinstance(listed, dict) else {}
        found = {
            names.BUNDLE: documents.bundle(version, variables, sizes, list(self.modules.files)),
            "README.md": documents.readme(version, variables, file_name, list(self.modules.files)),
            "REPORT.html": documents.report(version, variables),
            "environment.json": documents.as_json(environment),
            "requirements.txt": pins.requirements(
                version, cells, packages, [v.format for v in variables], own=self.modules.names
            ).encode(),
            "constraints.txt": pins.constraints(packages).encode(),
            **notebooks.both(version, self.repo.notebook(version), cells, variables, self.roots),
        }
        for name in sorted(found):
            self.zip.add(name, found[name])
        self.zip.add("ro-crate-metadata.json", documents.crate(version, self.zip.sizes, self.zip.hashes))


@contextmanager
def _beside(path: Path) -> Iterator[BinaryIO]:
    """A new file beside `path` that takes its place, durably, when the block ends well; else nothing is left."""
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        try:
            file = temporary.open("xb")
        except FileNotFoundError:
            raise UsageError(f"there is no folder '{path.parent}'", "make it, or choose another with -o") from None
        with file:
            yield file
            file.flush()
            system.port.sync(file.fileno())
        _place(temporary, path)
    except PermissionError as error:
        raise StoreReadOnly(f"'{path}' cannot be written: {error.strerror}", "choose another place with -o") from error
    except OSError as error:
        raise StoreFull(f"'{path}' could not be written: {error.strerror}", "make room, or write elsewhere") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _place(temporary: Path, path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"'{path}' is a folder", f"name the file: -o {path}/NAME{names.SUFFIX}")
    if path.exists():
        if filecmp.cmp(temporary, path, shallow=False):
            return
        raise FileExists(f"there is another file '{path}' already", "remove it, or choose another name with -o")
    system.port.replace_at(temporary, path)
    system.port.sync_folder_at(path.parent)
