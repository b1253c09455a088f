"""Stores and bundles: init, export and import."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import bundle
from nbmodelver.errors import FileExists, StoreReadOnly, UsageError
from nbmodelver.registry import transfers, usable
from nbmodelver.repo import open_repo
from nbmodelver.repo.core import locate
from nbmodelver.repo.transfer import signatures

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbmodelver.model import Progress, Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class OpenedStore:
    """A store that was created or opened. existed: it was there before. versions: how many it has."""

    repo: Repo
    existed: bool
    versions: int


@dataclass(frozen=True)
class ExportRequest:
    """A version to write as a bundle.

    path: the file; "" for the default name. folder: where a relative path starts. overwrite: replace an existing file.
    check_first: refuse a path that cannot be written before the bundle is made. allow_secrets: names that are exported
    although they look like secrets. force: the reason for which an archived version is exported, "" refuses it.
    options: what goes in. as_notebook: the default name is that of a notebook, which carries the bundle. is_signed:
    sign it with the user's key.
    """

    revision: str
    path: str = ""
    folder: Path = field(default_factory=Path)
    overwrite: bool = False
    check_first: bool = False
    allow_secrets: Collection[str] = ()
    force: str = ""
    options: bundle.BundleOptions = field(default_factory=bundle.BundleOptions)
    as_notebook: bool = False
    is_signed: bool = False


@dataclass(frozen=True)
class Exported:
    """A bundle that was written."""

    version: Version
    path: Path
    size_bytes: int


@dataclass(frozen=True)
class ImportRequest:
    """A bundle to import.

    folder: where a relative path starts. only: names of variables; the others are left out. digest: SHA-256 that its
    manifest must have, "" for any.
    """

    file: str
    folder: Path = field(default_factory=Path)
    only: Collection[str] = ()
    digest: str = ""


@dataclass(frozen=True)
class ImportedBundle:
    """A version from a bundle. again: the store had it. untrusted: variables that need trust in its origin."""

    path: Path
    version: Version
    again: bool
    untrusted: tuple[str, ...]


def init(path: str | None, folder: Path) -> OpenedStore:
    """Create the store at `path`, or open it if it exists. Without a path it is in `folder`. Raises StoreError."""
    store = locate.as_store(Path(path)) if path else folder / locate.FOLDER
    existed = (store / "format").is_file()
    repo = open_repo(store, create=True)
    return OpenedStore(repo, existed, repo.history.records.count())


def export(repo: Repo, request: ExportRequest, progress: Progress | None = None) -> Exported:
    """Write a version as a bundle. Raises UsageError, FileExists, StoreReadOnly, StoreFull, Damaged."""
    version = repo[request.revision]
    usable.notes_or_refusal(repo, version, f"%mv_export {version.name}", request.force)
    path = file_of(version, request.path, request.folder, as_notebook=request.as_notebook)
    if request.check_first:
        require_writable(path, overwrite=request.overwrite)
    key = signatures.own_key() if request.is_signed else None
    bundle.write(
        repo, version, path, progress, options=request.options, key=key, allow_secrets=request.allow_secrets,
        overwrite=request.overwrite,
    )  # fmt: skip
    transfers.record_export(repo, version, path, request.force)
    return Exported(version, path, path.stat().st_size)


def file_of(version: Version, text: str, folder: Path, *, as_notebook: bool = False) -> Path:
    """The file that a text names, relative to `folder`; the default file for an empty text. Raises UsageError."""
    found = file_named(text.strip() or bundle.default_name(version, as_notebook=as_notebook), folder)
    if as_notebook and found.suffix != ".ipynb":
        raise UsageError(f"'{found.name}' is no name of a notebook", f"name it {found.stem}.ipynb")
    return found


def file_named(text: str, folder: Path) -> Path:
    """The file that a text names, relative to `folder`. Raises UsageError."""
    if "\0" in text:
        raise UsageError("a file name cannot contain a null character", "type another name")
    try:
        return folder / Path(text.strip()).expanduser()
    except RuntimeError as error:
        raise UsageError(f"'{text}': no such home folder", "give the whole path") from error


def require_writable(path: Path, *, overwrite: bool = False) -> None:
    """Check that a file can be written to `path`. Raises UsageError, StoreReadOnly; FileExists unless overwrite."""
    try:
        if path.is_dir():
            raise UsageError(f"'{path}' is a folder", "add a name for the file")
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder '{path.parent}'", "create it first, or choose another")
        if not os.access(path.parent, os.W_OK):
            raise StoreReadOnly(f"the folder '{path.parent}' is not writable", "choose another folder")
        if path.exists() and not overwrite:
            raise FileExists(f"a file '{path.name}' already exists", "replace it, or choose another name")
    except OSError as error:
        raise UsageError(f"'{path.name[:60]}' cannot be a file: {error.strerror}", "choose another name") from error


def import_(repo: Repo, request: ImportRequest, progress: Progress | None = None) -> ImportedBundle:
    """Add the version of a bundle to the store. Raises BadBundle, LimitExceeded, UnknownName, StoreError."""
    path = request.folder / Path(request.file).expanduser()
    found = bundle.bring_in(repo, path, progress, only=request.only, digest=request.digest)
    version = found.version
    if not found.again:
        transfers.record_import(repo, version, path)
    untrusted = () if repo.trusts(version) else tuple(n for g in version.groups if g.pickled for n in g.names)
    return ImportedBundle(path, version, found.again, untrusted)
