"""The writer of bundles: data first, then the documents that describe it, the manifest last."""

from __future__ import annotations

import filecmp
import re
import secrets
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nbmodelver import system
from nbmodelver.bundle import carried, crate, documents, input_members, locks, names, notebooks, pins, slicing
from nbmodelver.bundle.archive import BundleWriter
from nbmodelver.bundle.first_cell import FirstCell, ModelCopy, Variable
from nbmodelver.bundle.options import BundleOptions
from nbmodelver.bundle.rerun import environments, installers
from nbmodelver.errors import FileExists, StoreFull, StoreReadOnly, UsageError
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from nbmodelver.model import Cell, Json, ObjectId, Progress, Version
    from nbmodelver.repo import Repo
    from nbmodelver.repo.transfer.signatures import PrivateKey

_SEARCHED_BYTES = 2_000_000
"""The beginning of an input file that is searched for secrets."""

_SUFFIXES = {"json": ".json", "npy": ".npy", "parquet": ".parquet", "parquet-series": ".parquet"}


def default_name(version: Version, *, as_notebook: bool = False) -> str:
    """Return the default file name of a bundle: "study-v3.nbmv.zip", or "study-v3.nbmv.ipynb" for a notebook."""
    stem = version.notebook_path.removesuffix(".ipynb")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:80] or "notebook"
    return f"{safe}-{version.name}{names.NOTEBOOK_SUFFIX if as_notebook else names.SUFFIX}"


def write(
    repo: Repo,
    version: str | Version,
    path: str | Path,
    progress: Progress | None = None,
    *,
    options: BundleOptions | None = None,
    key: PrivateKey | None = None,
    allow_secrets: Collection[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write `version` as a bundle to `path`, atomically, and return the path.

    The same version with the same options gives the same bytes. A path that ends in ".ipynb" gets a notebook that
    carries the bundle. An existing file with other content is not replaced (FileExists). Pickled values are not loaded,
    unless the options ask for models in open formats. key: signs the bundle. allow_secrets: names that are exported
    although they look like secrets; any other such name is refused (UsageError). overwrite: replace an existing file.
    Raises MissingPart, Damaged, UnknownName, StoreReadOnly, StoreFull, LimitExceeded for a notebook that is too large.
    """
    version, path = repo[version], Path(path)
    options = options or BundleOptions()
    options = replace(options, allow_secrets=frozenset((*options.allow_secrets, *allow_secrets)))
    with replacement_of(path, overwrite) as file:
        if carried.is_notebook(path):
            with tempfile.TemporaryFile() as inner:
                _write(_Bundle(repo, options.chosen(version), BundleWriter(inner), progress, options), key)
                carried.write(inner, file)
        else:
            _write(_Bundle(repo, options.chosen(version), BundleWriter(file), progress, options), key)
    return path


def _write(bundle: _Bundle, key: PrivateKey | None) -> None:
    try:
        bundle.write(default_name(bundle.version))
        bundle.zip.finish(key)
    finally:
        bundle.zip.abandon()


class _Bundle:
    """A bundle while it is written."""

    def __init__(
        self, repo: Repo, version: Version, zip_: BundleWriter, progress: Progress | None, options: BundleOptions
    ) -> None:
        self.repo = repo
        self.version = version
        self.zip = zip_
        self.progress = progress
        self.options = options
        self.leaving = portable.taken_out(repo, version)
        self.modules = repo.modules_of(version)
        self.roots = [f"{names.MODULES}{root}".rstrip("/") for root in portable.roots(self.modules)]

    def write(self, file_name: str) -> None:
        """Write all members in a fixed order."""
        variables = self._variables()
        models = self._models()
        self._modules()
        sizes = {**self._files(), **self._parts()}
        self.zip.add(names.RECORD, portable.record(self.leaving.version))
        self._documents(variables, models, sizes, file_name)

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

    def _refuse_secret(self, name: str, value: Any, way_out: str = "") -> None:
        """Raise UsageError for a value that looks like a secret, unless its name is allowed (P14, see SECURITY.md).

        way_out: the hint of the error; "" for that of a variable.
        """
        why = "" if name in self.options.allow_secrets else portable.secret_in(name, value)
        if why:
            allow = f"%mv_export {self.version.name} --allow-secret {name}"
            raise UsageError(
                f"{self.version.name} was not exported, because '{name}' may hold a secret: {why}",
                way_out or f"commit without it, or, if it is not a secret: {allow}",
            )

    def _modules(self) -> None:
        """Write the modules of the project as files, so that the notebook can import them without nbmodelver."""
        for path, source in self.modules.files.items():
            self._refuse_secret(path, source)
            if names.is_module(path):
                self.zip.add(f"{names.MODULES}{path}", source)

    def _models(self) -> list[ModelCopy]:
        """Write models in open formats, if the options ask for it. Return them. Raises NeedsTrust."""
        found = []
        wanted = (
            [n for n, kept in self.version.kept.items() if kept.kind == "model"] if self.options.with_models else []
        )
        for name, stem in names.file_names(sorted(wanted)).items():
            made = portable.model_copy(self.repo, self.version, name)
            if made is not None and name.isidentifier():
                copy, proof = made
                folder = f"{names.MODELS}{stem}"
                for file, data in sorted(copy.files.items()):
                    self.zip.add(f"{folder}/{file}", data)
                found.append(ModelCopy(name, copy.format, folder, copy.load, proof))
        return found

    def _files(self) -> dict[ObjectId, int]:
        """Write the input files, and return part -> size in bytes. Raises UsageError for one with a secret."""
        sizes: dict[ObjectId, int] = {}
        where = input_members.members(self.version)
        for file in self.version.inputs:
            if file.is_kept and file.digest:
                data = portable.raw(self.repo, self.leaving, file.digest)
                self._refuse_secret(file.path, bytes(data[:_SEARCHED_BYTES]), "--no-files leaves input files out")
                self.zip.add(where[file.path], data)
                sizes[file.digest] = len(data)
        return sizes

    def _parts(self) -> dict[ObjectId, int]:
        """Write every other part, one at a time, and return part -> raw size in bytes."""
        sizes: dict[ObjectId, int] = {}
        as_files = {file.digest for file in self.version.inputs if file.is_kept}
        for number, part in enumerate(self.leaving.parts, 1):
            if part in as_files:
                continue
            raw = portable.raw(self.repo, self.leaving, part)
            packed = portable.compressed(raw)
            name = f"{names.PARTS}{part}"
            self.zip.add(name if packed is None else name + names.COMPRESSED, raw if packed is None else packed)
            sizes[part] = len(raw)
            if self.progress is not None:
                self.progress(number, len(self.leaving.parts), "writing the bundle")
        return sizes

    def _documents(
        self, variables: list[Variable], models: list[ModelCopy], sizes: dict[ObjectId, int], file_name: str
    ) -> None:
        version = self.version
        every = portable.cells_so_far(self.repo, version)
        cells, note, cell_slice = self._sliced(every)
        environment = self.repo.environment(version)
        listed = environment.get("packages")
        packages = {str(k): str(v) for k, v in listed.items()} if isinstance(listed, dict) else {}
        first = FirstCell(variables, models, self.roots, input_members.placed(version))
        formats = [*(v.format for v in variables), *(m.format for m in models)]
        python = ".".join(str(environment.get("python", "")).split(".")[:2])
        modules = list(self.modules.files)
        found = {
            names.BUNDLE: documents.bundle(version, first, sizes, modules, cell_slice),
            "README.md": documents.readme(version, variables, file_name, modules),
            "REPORT.html": documents.report(version, variables),
            "CITATION.cff": crate.citation(version),
            "environment.json": documents.as_json(environment),
            "requirements.txt": pins.requirements(version, cells, packages, formats, own=self.modules.names).encode(),
            "constraints.txt": pins.constraints(packages).encode(),
            **({"runtime.txt": f"python-{python}\n".encode(), "docker/Dockerfile": documents.dockerfile(python)}
               if python else {}),
            **notebooks.both(version, self.repo.notebook(version), cells, first, note),
        }  # fmt: skip
        for name in sorted(found):
            self.zip.add(name, found[name])
        self._lock(version, cells, packages, python)
        described = crate.crate(version, self.zip.sizes, self.zip.hashes, environment)
        self.zip.add("ro-crate-metadata.json", described)

    def _lock(self, version: Version, cells: Sequence[Cell], packages: Mapping[str, str], python: str) -> None:
        """Write the lock and the wheels, if the options ask for them. Raises UsageError."""
        if not (self.options.has_lock or self.options.has_wheels):
            return
        interpreter = installers.interpreter_for(python)
        if interpreter is None:
            raise UsageError(f"there is no Python {python} here to lock its packages", f"install Python {python}")
        own = environments.own_requirements() if self.options.has_wheels else ()
        used = sorted({*pins.distributions(version, cells, packages, self.modules.names), *own, *pins.NEEDED_ANYWAY})
        local = {n: p for n, p in locks.local_packages(packages).items() if n in used}
        wanted = locks.PackagesToLock(interpreter, used, packages, local)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            if self.options.has_wheels:
                files = locks.wheels(wanted, folder)
                self.zip.add(names.LOCK, locks.of_wheels(files, wanted))
                self.zip.add(names.PYLOCK, locks.pylock(files, wanted, python))
                for file in files:
                    self.zip.add_file(f"{names.WHEELS}{file.name}", file)
            else:
                self.zip.add(names.LOCK, locks.lock(wanted, folder, installers.uv()))

    def _sliced(self, cells: Sequence[Cell]) -> tuple[list[Cell], str, dict[str, Json] | None]:
        """Return the cells for replay.ipynb, the note at its head, and the entry of bundle.json."""
        if not self.options.is_sliced:
            return list(cells), "", None
        wanted = list(self.version.kept)
        found = slicing.sliced(cells, wanted, self.version.expressions.values())
        note = slicing.note(found, cells, wanted)
        return list(slicing.kept_cells(found, cells)), note, found.to_dict(cells, wanted)


@contextmanager
def replacement_of(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
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
