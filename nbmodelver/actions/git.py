"""Pointer files in the Git repository around a notebook: written after commits, checked by hooks, followed by pulls."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.actions.remote_transfers import (
    CloneRequest,
    FetchRequest,
    clone_from,
    fetch_from,
)
from nbmodelver.errors import Damaged, NbmodelverError, RemoteMissing, UnknownVersion, UsageError
from nbmodelver.remote import pointers
from nbmodelver.remote.known import Known
from nbmodelver.remote.pointers import SUFFIX, Pointer
from nbmodelver.remote.remotes import Remotes
from nbmodelver.repo import open_repo
from nbmodelver.repo.core import locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Progress, Version
    from nbmodelver.repo import Repo

LIMIT_S = 10.0
MARK = "# written by nbmodelver git install"
HOOKS = {
    "pre-commit": "nbmodelver git check",
    "pre-push": "nbmodelver git check",
    "post-checkout": "nbmodelver git offer",
    "post-merge": "nbmodelver git offer",
}
"""Hook of Git -> what it runs. None of them changes a file or stops Git."""


@dataclass(frozen=True)
class PointerState:
    """A pointer file of the repository. version: None if it is not in the store. is_current: the store stands there.

    problem: why it cannot be used, "" if it can. is_sent: a remote has the version, as it was last seen.
    """

    file: str
    pointer: Pointer | None
    version: Version | None = None
    is_current: bool = False
    is_sent: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Installed:
    """Hooks of a repository. written: new or renewed. foreign: hooks of others, which stay, and the line to add."""

    folder: str
    written: tuple[str, ...]
    foreign: tuple[tuple[str, str], ...]


def git(folder: Path, *arguments: str) -> str:
    """Run Git in a folder and return what it prints. Raises UsageError if there is no Git, or if it fails."""
    try:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=LIMIT_S, check=False)  # noqa: S603  # Git
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError("git could not be run", "install Git, or leave the pointers out") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]} failed: {said[-1] if said else ''}", "run it in a Git repository")
    return done.stdout.decode("utf-8", "replace")


def repository_of(folder: Path) -> Path:
    """Return the root of the Git repository around a folder. Raises UsageError."""
    return Path(git(folder, "rev-parse", "--show-toplevel").strip())


def write_pointer(repo: Repo, file: Path | None = None, *, stage: bool = True) -> Path:
    """Write the pointer to the current version, and add it to the index of Git. Returns the file.

    file: default: named after the notebook, else after the branch, beside the store. stage: False leaves the index.
    Raises UsageError without a version or a repository.
    """
    head = repo.history.head
    if head is None:
        raise UsageError("there is no version to point to", "commit one: %mv_commit")
    path = file or default_file(repo)
    remote = _remote_with(repo, head)
    made = pointers.pointer_to(head, repo.history.branch, *(remote or ("", {})))
    text = pointers.write(made, path.name)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    if stage:
        git(path.parent, "add", "--", path.name)
    return path


def default_file(repo: Repo) -> Path:
    """Return the pointer file of the notebook, or of the branch if there is no notebook."""
    folder = _folder(repo)
    notebook = repo.history.notebook
    if notebook:
        path = (repo.backend.local_path() or folder) / notebook
        return Path(os.path.normpath(path)).with_suffix(SUFFIX)
    return folder / f"{repo.history.branch}{SUFFIX}"


def _folder(repo: Repo) -> Path:
    root = repo.backend.local_path()
    return Path.cwd() if root is None else root.parent


def _remote_with(repo: Repo, version: Version) -> tuple[str, dict[str, str]] | None:
    """Return address and options of the remote that pushes go to; None without one."""
    known = Remotes(repo).all()
    chosen = known.get("origin") or next(iter(known.values()), None)
    del version
    return None if chosen is None else (chosen.address, dict(chosen.options))


def states(repo: Repo | None, folder: Path) -> list[PointerState]:
    """Return every pointer file that Git knows in the repository around a folder, sorted. Raises UsageError."""
    root = repository_of(folder)
    files = git(root, "ls-files", "-z", "--", f"*{SUFFIX}").split("\0")
    return [_state(repo, root, name) for name in sorted(filter(None, files))]


def _state(repo: Repo | None, root: Path, name: str) -> PointerState:
    try:
        pointer = pointers.read(root / name)
    except UsageError as error:
        return PointerState(name, None, problem=error.message)
    if repo is None:
        return PointerState(name, pointer)
    version = None
    with suppress(UnknownVersion, Damaged):
        version = repo.history.version(pointer.version)
    head = repo.history.head
    return PointerState(
        name, pointer, version, head is not None and head.id == pointer.version, _is_sent(repo, pointer)
    )  # fmt: skip


def _is_sent(repo: Repo, pointer: Pointer) -> bool:
    for config in Remotes(repo).all().values():
        with suppress(KeyError, Damaged):
            if pointer.version in Known(repo.backend, config.id).inventory().versions:
                return True
    return False


def warnings(repo: Repo | None, folder: Path) -> Iterator[str]:
    """Yield a sentence for each pointer that others could not follow. Changes nothing."""
    for one in states(repo, folder):
        if one.problem:
            yield one.problem
        elif one.pointer is not None and not one.is_sent:
            yield f"{one.file} points to {one.pointer.name}, which is not pushed: %mv_push"


def offers(repo: Repo | None, folder: Path) -> Iterator[str]:
    """Yield a sentence for each pointer to another version than the one at which the notebook stands."""
    for one in states(repo, folder):
        if one.pointer is None or one.is_current:
            continue
        how = f"%mv_rollback {one.pointer.version[:12]}" if one.version else f"%mv_pull --pointer {one.file}"
        said = f" {one.pointer.message}" if one.pointer.message else ""
        yield f"{one.file}: this commit has {one.pointer.name}{said}: {how}"


def install(folder: Path) -> Installed:
    """Write the hooks of Git that keep pointers true. Hooks of others stay as they are. Raises UsageError."""
    place = Path(git(folder, "rev-parse", "--git-path", "hooks").strip())
    place = place if place.is_absolute() else folder / place
    place.mkdir(parents=True, exist_ok=True)
    written, foreign = [], []
    for name, command in HOOKS.items():
        file = place / name
        if file.exists() and MARK not in file.read_text("utf-8", "replace"):
            foreign.append((name, f"{command} || true"))
            continue
        file.write_text(f"#!/bin/sh\n{MARK}\n{command} || true\n", "utf-8")
        file.chmod(0o755)
        written.append(name)
    return Installed(str(place), tuple(written), tuple(foreign))


def is_newer(repo: Repo, version: str, than: str) -> bool:
    """Return True if a version leads from another one, as far as the store knows."""
    waiting, seen = [version], set()
    while waiting:
        at = waiting.pop()
        if at == than:
            return True
        if at not in seen:
            seen.add(at)
            with suppress(NbmodelverError):
                waiting += repo.history.version(at).parents  # type: ignore[arg-type]  # ids
    return False


def merge_files(repo: Repo, ours: Path, theirs: Path) -> bool:
    """Merge two pointer files for Git: keep the one whose version leads from the other. Returns False for a conflict.

    The result is written to `ours`. Both versions must be in the store.
    """
    mine, other = pointers.read(ours), pointers.read(theirs)
    if is_newer(repo, mine.version, other.version):
        return True
    if is_newer(repo, other.version, mine.version):
        ours.write_bytes(theirs.read_bytes())
        return True
    return False


def follow_pointer(file: Path, repo: Repo | None = None, progress: Progress | None = None) -> tuple[Repo, Version]:
    """Return the version of a pointer file and its store. It is fetched, or the store is cloned lazily, if needed.

    repo: the store of the notebook; None looks beside the file. Raises UsageError for an invalid file, RemoteMissing if
    nobody has the version, RemoteError.
    """
    pointer = pointers.read(file)
    folder = file.absolute().parent
    found = repo if repo is not None else _store_near(folder)
    if found is None:
        if not pointer.remote:
            raise RemoteMissing(
                f"{file} names no remote, and there is no store beside it", "ask who wrote it to push: %mv_push"
            )
        found = clone_from(CloneRequest(pointer.remote, folder, lazy=True, options=pointer.options), progress).repo
    version = _version(found, pointer)
    for name in Remotes(found).all() if version is None else ():
        fetch_from(found, FetchRequest(name), progress)
        version = _version(found, pointer)
        if version is not None:
            break
    if version is None:
        raise RemoteMissing(
            f"{file} points to {pointer.name} ({pointer.version[:12]}), which no remote here has",
            f"ask who wrote it to push it{f' to {pointer.remote}' if pointer.remote else ''}: %mv_push",
        )
    return found, version


def _store_near(folder: Path) -> Repo | None:
    place = locate.find_store(folder)
    return None if place is None else open_repo(place)


def _version(repo: Repo, pointer: Pointer) -> Version | None:
    with suppress(UnknownVersion):
        return repo.history.version(pointer.version)
    return None


def described(found: Sequence[PointerState]) -> list[tuple[str, str, str]]:
    """Return (file, version, description of the state) of pointers, for a list."""
    rows = []
    for one in found:
        name = "" if one.pointer is None else one.pointer.name
        here = ["the notebook stands here"] if one.is_current else []
        words = one.problem or " · ".join([*here, "pushed" if one.is_sent else "not pushed"])
        rows.append((one.file, name, words))
    return rows
