"""The environment of a version: Python and its packages, the Git checkout, the author. No environment variables."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
import sys
import threading
import time
from functools import cache
from importlib import metadata
from pathlib import Path

from nbmodelver.model import GitState, Json

GIT_TIMEOUT_S = 2.0


@cache
def environment() -> dict[str, Json]:
    """Return Python version, platform and the releases of installed distributions. Computed once per process.

    Releases are read from the names of the metadata folders. That takes milliseconds; reading the metadata files of a
    hundred packages takes half a second.
    """
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "packages": dict(sorted(_packages().items())),
    }


def _packages() -> dict[str, Json]:
    """Return the installed distributions of all folders in `sys.path`: lower-case name -> release."""
    packages: dict[str, Json] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                package, _, version = name.removesuffix(".dist-info").partition("-")
                packages.setdefault(package.replace("_", "-").lower(), version)
            elif name.endswith(".egg-info"):
                _add_egg(packages, Path(folder) / name)
    return packages


def _add_egg(packages: dict[str, Json], path: Path) -> None:
    """Add the distribution of an ".egg-info" file or folder: lower-case name -> release."""
    try:
        distribution = metadata.PathDistribution(path)
        packages.setdefault(str(distribution.metadata["Name"]).lower(), distribution.version)
    except Exception:  # The metadata of other packages may have any error. The package is not listed then.
        return


def differences(then: dict[str, Json], now: dict[str, Json], used: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return a sentence for each difference of two environments. used: the packages to compare; empty: all."""
    sentences = [
        f"{what}: {then[what]} then, {now[what]} now"
        for what in ("python", "implementation", "system", "machine")
        if then.get(what) and then.get(what) != now.get(what)
    ]
    old, new = then.get("packages"), now.get("packages")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return tuple(sentences)
    for name, version in old.items():
        if used and name not in used:
            continue
        if name not in new:
            sentences.append(f"{name}: {version} then, not installed now")
        elif new[name] != version:
            sentences.append(f"{name}: {version} then, {new[name]} now")
        elif _has_other_files(name, then, now):
            sentences.append(f"{name}: {version}, with other files than then")
    return tuple(sentences)


def _has_other_files(name: str, then: dict[str, Json], now: dict[str, Json]) -> bool:
    """True if both environments have a digest of the installed files, see installed_files.py, and these differ."""
    old, new = then.get("files"), now.get("files")
    one, other = (files.get(name) if isinstance(files, dict) else None for files in (old, new))
    return bool(one and other and one != other)


def author() -> str:
    """Return the login name, "" if the system does not know it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


GIT_SLOW_S = 0.2
_slow: set[Path] = set()
"""Folders where `git status` was slow because its index was outdated, as in a new clone: Git then reads every file."""


class GitProbe:
    """Runs `git status` while the commit continues. Starts no process outside a checkout.

    Git runs without its optional lock, so that it does not block other Git commands. In a folder where it was slow, the
    next run may take the lock once to update the index.
    """

    def __init__(self, folder: Path) -> None:
        self._head = _git_head(folder)
        self._folder = folder.absolute() if self._head is not None else folder
        self._status: subprocess.Popen[bytes] | None = None
        self._started_s = time.monotonic()
        self._refreshes = self._folder in _slow
        if self._head is None:
            return
        command = ["git", "-C", str(folder), "status", "--porcelain", "--untracked-files=no"]
        environment = dict(os.environ) if self._refreshes else {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
        _slow.discard(self._folder)
        try:
            self._status = subprocess.Popen(  # noqa: S603  # a fixed command
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
            )
        except OSError:
            self._status = None

    def __enter__(self) -> GitProbe:
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None and self._status.returncode is None:
            self._status.kill()
            self._status.communicate()

    def state(self) -> GitState | None:
        """Return the state, None outside a checkout. After GIT_TIMEOUT_S the checkout is reported as dirty."""
        if self._head is None:
            return None
        dirty = True
        if self._status is not None:
            try:
                out, _ = self._status.communicate(timeout=GIT_TIMEOUT_S)
                dirty = bool(out.strip())
            except subprocess.TimeoutExpired:
                if self._refreshes:  # Let Git finish and update its index, so that the next commit does not wait.
                    threading.Thread(target=self._status.communicate, daemon=True).start()
                    self._status = None
                else:
                    self._status.kill()
                    self._status.communicate()
            if not self._refreshes and time.monotonic() - self._started_s > GIT_SLOW_S:
                _slow.add(self._folder)
        commit, branch = self._head
        return GitState(commit, branch, dirty)


def _git_head(folder: Path) -> tuple[str, str] | None:
    """Return commit and branch of the checkout that contains a folder, None outside a checkout.

    They are read from Git's files, because a Git process takes as long as a whole small commit of ours.
    """
    try:
        here = folder.absolute()
    except OSError:  # The working directory was removed.
        return None
    for place in (here, *here.parents):
        git = place / ".git"
        if git.is_dir():
            break
    else:
        return None
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head, ""
        ref = head.removeprefix("ref: ")
        branch = ref.removeprefix("refs/heads/")
        loose = git / ref
        if loose.is_file():
            return loose.read_text(encoding="utf-8").strip(), branch
        for line in (git / "packed-refs").read_text(encoding="utf-8").splitlines():
            commit, _, name = line.partition(" ")
            if name == ref:
                return commit, branch
    except OSError:
        return None
    return "", branch


def distributions(roots: frozenset[str]) -> frozenset[str]:
    """Return the distributions of these import names, for packages whose distribution has another name."""
    return frozenset(_RENAMED[r] for r in roots if r in _RENAMED)


def roots_of(distribution: str) -> list[str]:
    """Return the import names of a distribution, where they differ from its name."""
    return [root for root, name in _RENAMED.items() if name == distribution]


_RENAMED = {"sklearn": "scikit-learn", "skimage": "scikit-image", "cv2": "opencv-python", "PIL": "pillow"}
