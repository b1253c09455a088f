"""A store with three versions, and repositories of strangers made with the command `git`."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from nbmodelver.actions.exchange import ExportToRequest, ImportFromRequest, export_to, import_from
from nbmodelver.registry import register
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from nbmodelver.model.exchange import SystemExport, SystemImport

FRAME = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 3, 5]})
SYSTEMS = ("dvc", "git-lfs", "git")


def new_repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def commit(repo: Repo, number: int, **more: Any) -> None:
    model = Ridge(alpha=number / 10).fit(FRAME[["a"]], FRAME["b"])
    values = {"df": FRAME, "model": model, "alpha": number / 10, "arr": np.arange(number)}
    repo.commit({**values, **more}, f"version {number}", metrics={"acc": number / 10})


def study() -> Repo:
    """Three versions, of which the second is tagged and registered."""
    repo = new_repo()
    for number in (1, 2, 3):
        commit(repo, number)
    repo.tag("best", repo["v2"])
    register.register(repo, register.RegisterRequest("churn", "v2", "model"))
    return repo


def exported(repo: Repo, system: str, target: object, **how: Any) -> SystemExport:
    return export_to(repo, ExportToRequest(system, str(target), **how))


def imported(repo: Repo, system: str, source: object, **how: Any) -> SystemImport:
    return import_from(repo, ImportFromRequest(system, str(source), **how))


def statuses(done: SystemExport | SystemImport) -> list[str]:
    return [one.status for one in done.versions]


def git(folder: Path, *arguments: str, **env: str) -> str:
    """Run Git as a user would, with an author and dates that are given."""
    person = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
              for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}  # fmt: skip
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **person, **quiet, **env},
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Stranger:
    """A repository that somebody else made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "-q", "-b", "main")
        self._hour = 0

    def write(self, path: str, content: bytes | str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str, **files: bytes | str) -> str:
        """Commit files, whose names have "__" for "/" and "_DOT_" for ".", and all others that changed."""
        for name, content in files.items():
            self.write(name.replace("__", "/").replace("_DOT_", "."), content)
        self._hour += 1
        at = f"2024-05-01T{self._hour:02}:00:00+00:00"
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", message, GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at)
        return git(self.folder, "rev-parse", "HEAD")

    def tracked(self, path: str, content: bytes, *, old: bool = False, cached: bool = True) -> str:
        """Write a .dvc file, and its content into the cache, as DVC 3 does, or DVC 2."""
        text = content.replace(b"\r\n", b"\n") if old else content
        md5 = hashlib.md5(text).hexdigest()
        place = f"{md5[:2]}/{md5[2:]}" if old else f"files/md5/{md5[:2]}/{md5[2:]}"
        if cached:
            self.write(f".dvc/cache/{place}", content)
        name = Path(path).name
        hash_line = "" if old else "  hash: md5\n"
        self.write(f"{path}.dvc", f"outs:\n- md5: {md5}\n  size: {len(content)}\n{hash_line}  path: {name}\n")
        self.write(".gitignore", ".dvc/cache\n")
        return md5
