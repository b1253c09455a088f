"""The folders of a run: that of the notebook with the files that cells read, and others that the cells do not see."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.bundle.rerun.surroundings import KEPT_VARIABLES
from nbmodelver.errors import RerunFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.bundle.rerun.planning import PlannedRerun
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class RunFolders:
    """Where one run works. notebook: the folder of the cells. own: for the store and settings. library: nbmodelver.

    Cells that list their folder find their own files only. All runs of a re-run have one library.
    """

    notebook: Path
    own: Path
    library: Path

    @property
    def store(self) -> Path:
        """The store with the version that the run commits."""
        return self.own / ".nbmodelver"

    @property
    def report(self) -> Path:
        """The file with what the run saw, see watch.finish."""
        return self.own / "watch.json"

    def environment(self, roots: Sequence[str] = ()) -> dict[str, str]:
        """Return the environment variables of a process of the run. roots: folders of project modules."""
        paths = [str(self.library), *(str(self.notebook / root) for root in roots)]
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONNOUSERSITE": "1",
            "XDG_CONFIG_HOME": str(self.own / "config"),
            "IPYTHONDIR": str(self.own / "ipython"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }


def new_folders(planned: PlannedRerun, place: Path, number: int) -> RunFolders:
    """Make the folders of one run below `place`. That of the notebook is deep enough for files above the notebook."""
    top = place / f"run-{number}"
    found = RunFolders(top.joinpath(*["above"] * planned.files.depth, "notebook"), top / "own", place / "library")
    for folder in (found.notebook, found.own):
        folder.mkdir(parents=True)
    return found


def prepare(repo: Repo, planned: PlannedRerun, folders: RunFolders) -> None:
    """Write nbmodelver, the project's modules and the files that cells read. Raises RerunFailed."""
    package = Path(__file__).parents[2]
    if not folders.library.exists():
        left_out = shutil.ignore_patterns("labextension", "static")
        shutil.copytree(package, folders.library / "nbmodelver", ignore=left_out)
    for path, source in planned.modules.items():
        place(folders.notebook, path).write_bytes(source)
    depth = planned.files.depth
    for path, part in planned.files.stored.items():
        place(folders.notebook, path, depth).write_bytes(repo.parts.get(part))
    for path, file in planned.files.beside.items():
        shutil.copyfile(file, place(folders.notebook, path, depth))


def place(folder: Path, path: str, depth: int = 0) -> Path:
    """Return where a file goes, whose folder is made. depth: the folders above `folder` that it may lie in.

    Raises RerunFailed for a path that leads elsewhere.
    """
    top = folder.parents[depth - 1] if depth else folder
    target = Path(os.path.normpath(folder / path))
    if not target.resolve().is_relative_to(top.resolve()):
        raise RerunFailed(f"the file '{path}' would be written outside of the folder", "the version is not safe")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target
