"""Modules of a version as files: written where they are missing, beside where they differ."""

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

    from nbmodelver.repo.core.modules import Then


@dataclass(frozen=True)
class Written:
    """What was written. placed: paths that were missing; beside: those that differ, in `folder`, of the old version."""

    placed: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    folder: str = ""

    def sentences(self, version: str) -> Iterator[str]:
        """Where the old modules are, and how to use them."""
        if self.beside:
            there = os.path.join(self.folder, self.beside[0])
            one = len(self.beside) == 1
            yield (
                f"{some(self.beside)} of {version} {'is' if one else 'are'} in {self.folder}; your own "
                f"{'file stays' if one else 'files stay'} as {'it is' if one else 'they are'}. To use the old: copy "
                f"{there} over it, restart the kernel, %mv_rollback {version}"
            )


def write(then: Then) -> Written:
    """Write the modules that are missing to their places, and those that differ into a folder beside.

    Nothing that is there is ever replaced, and no link is followed. The folders that `import` needs are added to
    `sys.path`. Raises NotLoadable when a place is not free, OSError.
    """
    base = then.project.folder
    placed = [path for path in then.missing if _put(base, path, then.modules.files[path])]
    folder = ""
    if then.others:
        folder = _free_folder(base, f"modules-{then.version.name}", {p: then.modules.files[p] for p in then.others})
        for path in then.others:
            _put(base, f"{folder}/{path}", then.modules.files[path])
    if placed:
        sys.path += then.paths
        importlib.invalidate_caches()
        then.__dict__.pop("missing", None)
    return Written(tuple(placed), then.others, folder)


def _free_folder(base: Any, name: str, files: Mapping[str, bytes]) -> str:
    """A folder's name in which each of these files is missing, or is there as it is."""
    for number in range(1, 1000):
        folder = name if number == 1 else f"{name}-{number}"
        places = {(base / folder).joinpath(*path.split("/")): source for path, source in files.items()}
        if not os.path.islink(base / folder) and all(
            not os.path.lexists(p) or (p.is_file() and project.read(p) == s) for p, s in places.items()
        ):
            return folder
    raise NotLoadable(f"the folders {name}, {name}-2 ... hold other files", "remove the folders that you do not need")


def _put(base: Any, path: str, source: bytes) -> bool:
    """Write one file that is not there yet; False when it is. Raises NotLoadable at a link, or a file for a folder."""
    assert is_allowed(path), path
    at = base
    for step in path.split("/")[:-1]:
        at = at / step
        if os.path.islink(at) or (os.path.lexists(at) and not at.is_dir()):
            raise NotLoadable(f"'{path}' is not written: {at} is a link or a file", "remove it, or choose another")
        at.mkdir(exist_ok=True)
    place = at / path.rpartition("/")[2]
    if os.path.islink(place):
        raise NotLoadable(f"'{path}' is not written: {place} is a link", "remove it, or put the file there yourself")
    try:
        with place.open("xb") as file:
            file.write(source)
    except FileExistsError:
        return False
    return True
