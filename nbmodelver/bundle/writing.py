"""The writer of bundles: data first, then the documents that describe it, the manifest last."""

from __future__ import annotations

import filecmp
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nbmodelver import system
from nbmodelver.bundle import documents, names, notebooks, pins
from nbmodelver.bundle.archive import BundleWriter
from nbmodelver.bundle.first_cell import Variable
from nbmodelver.errors import FileExists, StoreFull, StoreReadOnly, UsageError
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from nbmodelver.model import ObjectId, Progress, Version
    from nbmodelver.repo import Repo

_SUFFIXES = {"json": ".json", "npy": ".npy", "parquet": ".parquet", "parquet-series": ".parquet"}


def default_name(version: Version) -> str:
    """Return the default file name of a bundle: "study-v3.nbmv.zip"."""
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
    overwrite: bool = False,
) -> Path:
    """Write `version` as a bundle to `path`, atomically, and return the path.

    The same version gives the same bytes. An existing file with other content is not replaced (FileExists). Pickled
    values are not loaded. allow_secrets: names that are exported although they look like secrets; any other such name
    is refused (UsageError). overwrite: replace an existing file. Raises MissingPart, Damaged, StoreReadOnly, StoreFull.
    """
    version, path = repo[version], Path(path)
    with _replacement_of(path, overwrite) as file:
        zip_ = BundleWriter(file)
        try:
            _Bundle(repo, version, zip_, progress, frozenset(allow_secrets)).write(default_name(version))
        finally:
            zip_.abandon()
    return path


class _Bundle:
    """A bundle while it is written."""

    def __init__(
        self, repo: Repo, version: Version, zip_: BundleWriter, progress: Progress | None, allowed: frozenset[str]
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
        """Write all members in a fixed order."""
        variables = self._variables()
        self._modules()
        sizes = self._parts()
        self.zip.add(names.RECORD, portable.record(self.leaving.version))
        self._documents(variables, sizes, file_name)
        self.zip.finish()

    def _variables(self) -> list[Variable]:
        """Write each variable in an open format, if one can represent it exactly. Return all variables."""
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
        """Raise UsageError for a value that looks like a secret, unless its name is allowed (P14, see SECURITY.md)."""
        why = "" if name in self.allowed else portable.secret_in(name, value)
        if why:
            raise UsageError(
                f"{self.version.name} was not exported, because '{name}' may hold a secret: {why}",
                f"commit without it, or, if it is not a secret: %mv_export {self.version.name} --allow-secret {name}",
            )

    def _modules(self) -> None:
        """Write the modules of the project as files, so that the notebook can import them without nbmodelver."""
        for path, source in self.modules.files.items():
            self._refuse_secret(path, source)
            if names.is_module(path):
                self.zip.add(f"{names.MODULES}{path}", source)

    def _parts(self) -> dict[ObjectId, int]:
        """Write every part, one at a time, and return part -> raw size in bytes."""
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
def _replacement_of(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """Yield a new file next to `path` that is renamed to it, durably, if the block ends without an exception.

    Otherwise nothing is left. overwrite: replace a file with other content; FileExists is raised without it.
    Raises UsageError for a folder or a missing parent, StoreReadOnly, StoreFull.
    """
    temporary = path.parent / f".{path.name[:60]}.{secrets.token_hex(4)}"
    try:
        try:
            file = temporary.open("xb")
        except FileNotFoundError:
            raise UsageError(f"there is no folder '{path.parent}'", "create it, or choose another with -o") from None
        with file:
            yield file
            file.flush()
            system.port.sync(file.fileno())
        _rename(temporary, path, overwrite)
    except PermissionError as error:
        raise StoreReadOnly(f"'{path}' cannot be written: {error.strerror}", "choose another place with -o") from error
    except OSError as error:
        raise StoreFull(
            f"'{path}' could not be written: {error.strerror}", "free some space, or choose another place with -o"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _rename(temporary: Path, path: Path, overwrite: bool) -> None:
    if path.is_dir():
        raise UsageError(f"'{path}' is a folder", f"name the file: -o {path}/NAME{names.SUFFIX}")
    if path.exists() and not overwrite:
        if filecmp.cmp(temporary, path, shallow=False):
            return
        raise FileExists(f"another file '{path}' already exists", "remove it, or choose another name with -o")
    system.port.replace_at(temporary, path)
    system.port.sync_folder_at(path.parent)
