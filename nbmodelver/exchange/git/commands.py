"""Runs Git so that a repository from elsewhere cannot influence it: without hooks, network and user configuration.

The configuration of the repository itself is still read, because it has the format of its objects. What it could start
is switched off: hooks, the file monitor, and all protocols. Commands that start filters or programs are not used.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError, StoreReadOnly, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OFF = (
    f"core.hooksPath={os.devnull}", "core.fsmonitor=false", f"core.attributesFile={os.devnull}",
    f"core.excludesFile={os.devnull}", "core.sshCommand=false", "credential.helper=", "log.showSignature=false",
    "gc.auto=0", "maintenance.auto=false", "submodule.recurse=false", "tag.gpgSign=false", "protocol.allow=never",
)  # fmt: skip
_MOST_LINK_BYTES = 4096


@dataclass(frozen=True)
class GitFolder:
    """A Git repository. folder: its working tree, or itself if it is bare. git_dir: ".git" or the bare repository."""

    folder: Path
    git_dir: Path
    is_bare: bool

    @property
    def common_dir(self) -> Path:
        """Return the folder that all working trees of the repository share: it has the objects."""
        link = self.git_dir / "commondir"
        return (self.git_dir / _first_line(link)).resolve() if link.is_file() else self.git_dir

    def command(self, *arguments: str) -> list[str]:
        """Return a command line of Git for this repository."""
        settings = [part for one in _OFF for part in ("-c", one)]
        tree = () if self.is_bare else (f"--work-tree={self.folder}",)
        return ["git", f"--git-dir={self.git_dir}", *tree, *settings, "--no-pager", *arguments]

    def run(self, *arguments: str, text: bytes = b"", may_fail: bool = False) -> bytes:
        """Run Git and return what it prints; b"" if it fails and may. Raises UsageError, StoreError."""
        done = _run(self.command(*arguments), text)
        if done.returncode and not may_fail:
            raise failure(self.folder, arguments[0], done.stderr)
        return b"" if done.returncode else done.stdout

    def works(self, *arguments: str) -> bool:
        """Return True if Git ends with 0. Raises UsageError."""
        return _run(self.command(*arguments), b"").returncode == 0

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start Git with pipes. Raises UsageError."""
        try:
            return subprocess.Popen(  # noqa: S603  # Git, with constant commands
                self.command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=environment(),
            )  # fmt: skip
        except OSError as error:
            raise _no_git(error) from None


def found(folder: Path) -> GitFolder | None:
    """Return the repository of a folder, None if the folder is not the top of one. Folders above do not count."""
    git = folder / ".git"
    if git.is_dir():
        return GitFolder(folder, git, is_bare=False)
    if git.is_file():
        line = _first_line(git)
        if line.startswith("gitdir:"):
            return GitFolder(folder, folder / line.removeprefix("gitdir:").strip(), is_bare=False)
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
        return GitFolder(folder, folder, is_bare=True)
    return None


def created(folder: Path) -> GitFolder:
    """Create a repository in a folder that is empty or does not exist. Raises UsageError, StoreReadOnly."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(f"'{folder}' cannot be created: {error.strerror}", "choose another folder") from error
    command = ["git", "init", "--quiet", "--template=", "--initial-branch=main", str(folder)]
    done = _run(command, b"")
    if done.returncode:
        raise failure(folder, "init", done.stderr)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    return GitFolder(folder, folder / ".git", is_bare=False)


def environment() -> dict[str, str]:
    """Return the variables of this process without those for Git, and with those that switch its sources off."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return plain | {
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C",
    }  # fmt: skip


def failure(folder: Path, command: str, stderr: bytes) -> StoreError:
    """Return the error of a command that failed."""
    said = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    last = said[-1].strip() if said else "it gave no reason"
    if any("ermission denied" in line or "ead-only file system" in line for line in said):
        return StoreReadOnly(f"'{folder}' cannot be written: git {command}: {last}", "choose another folder")
    return StoreError(f"git {command} failed in '{folder}': {last}", "check the repository: git fsck")


def _run(command: Sequence[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, input=text, capture_output=True, env=environment(), check=False)  # noqa: S603
    except OSError as error:
        raise _no_git(error) from None


def _no_git(error: OSError) -> UsageError:
    return UsageError(f"git could not be run: {error.strerror}", "install Git: https://git-scm.com")


def _first_line(file: Path) -> str:
    with file.open("rb") as source:
        return source.read(_MOST_LINK_BYTES).decode("utf-8", "replace").partition("\n")[0].strip()
