"""Writes modules of a version as files: missing ones to their paths, different ones to a separate folder."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NotLoadable
from nbmodelver.repo.core import project
from nbmodelver.repo.core.modules import is_allowed, some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.repo.core.modules import ModuleComparison


@dataclass(frozen=True)
class Written:
    """The files that were written. placed: paths that were missing. separate: different paths, written to `folder`."""

    placed: tuple[str, ...] = ()
    separate: tuple[str, ...] = ()
    folder: str = ""

    def sentences(self, version: str) -> Iterator[str]:
        """Yield a sentence that says where the old modules are and how to use them."""
        if self.separate:
            copy = os.path.join(self.folder, self.separate[0])
            one = len(self.separate) == 1
            yield (
                f"{some(self.separate)} of {version} {'is' if one else 'are'} in {self.folder}; your own "
                f"{'file is' if one else 'files are'} not changed. To use the old source: copy {copy} over your file, "
                f"restart the kernel, run %mv_rollback {version}"
            )


def write(compared: ModuleComparison) -> Written:
    """Write missing modules to their paths in the project, and different ones to a separate folder of the project.

    Never replaces an existing file and never follows a link. Adds the folders that `import` needs to `sys.path`.
    Raises NotLoadable if a path is occupied by a link or a file, OSError.
    """
    base, files = compared.project.folder, compared.modules.files
    placed = [path for path in compared.missing if _put(base, path, files[path])]
    folder = ""
    if compared.different:
        folder = _free_folder(base, f"modules-{compared.version.name}", {p: files[p] for p in compared.different})
        for path in compared.different:
            _put(base, f"{folder}/{path}", files[path])
    if placed:
        sys.path += compared.paths
        importlib.invalidate_caches()
        compared.__dict__.pop("missing", None)
    return Written(tuple(placed), compared.different, folder)


def _free_folder(base: Any, name: str, files: Mapping[str, bytes]) -> str:
    """Return the name of a folder in which each of these files is missing or has the same content.

    Raises NotLoadable if there are 999 folders with other content.
    """
    for number in range(1, 1000):
        folder = name if number == 1 else f"{name}-{number}"
        places = {(base / folder).joinpath(*path.split("/")): source for path, source in files.items()}
        if not os.path.islink(base / folder) and all(
            not os.path.lexists(p) or (p.is_file() and project.read(p) == s) for p, s in places.items()
        ):
            return folder
    raise NotLoadable(
        f"the folders {name}, {name}-2 ... contain other files", "remove the folders that you do not need"
    )


def _put(base: Any, path: str, source: bytes) -> bool:
    """Write a file unless it exists. Returns True if it was written.

    Raises NotLoadable if the path contains a link, or a file in place of a folder, OSError.
    """
    assert is_allowed(path), path
    at = base
    for step in path.split("/")[:-1]:
        at = at / step
        if os.path.islink(at) or (os.path.lexists(at) and not at.is_dir()):
            raise NotLoadable(f"'{path}' is not written: {at} is a link or a file", "remove or rename it")
        at.mkdir(exist_ok=True)
    place = at / path.rpartition("/")[2]
    if os.path.islink(place):
        raise NotLoadable(f"'{path}' is not written: {place} is a link", "remove the link, or write the file yourself")
    try:
        with place.open("xb") as file:
            file.write(source)
    except FileExistsError:
        return False
    return True
