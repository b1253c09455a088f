"""A digest of the installed files of each distribution: equal releases with equal digests have the same files.

It is computed from RECORD (PEP 376, PEP 627), which lists every installed file with its hash. What differs between two
installers, such as scripts and byte code, is left out.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.repo.core import environment

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbmodelver.model import Json

DIGEST_BYTES = 12
_OF_INSTALLERS = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", ".pyc")


def installed_files() -> dict[str, Json]:
    """Return the part of an environment that tells of installed files: "files" with `digests`; {} without any."""
    found = digests()
    return {"files": found} if found else {}


def digests(names: Collection[str] | None = None) -> dict[str, Json]:
    """Return distribution -> digest in hex. names: the distributions; None for those whose modules are loaded.

    Distributions without RECORD (conda, Debian, editable ones without files) are left out.
    """
    places = _places(tuple(sys.path))
    wanted = [n for n in places if _is_loaded(n)] if names is None else [n for n in names if n in places]
    found = {name: _digest(places[name]) for name in sorted(wanted)}
    return {name: digest for name, digest in found.items() if digest}


def _is_loaded(name: str) -> bool:
    return any(root in sys.modules for root in (name.replace("-", "_"), *environment.roots_of(name)))


@cache
def _places(path: tuple[str, ...]) -> dict[str, Path]:
    """Return distribution -> its folder of metadata. path: `sys.path`."""
    found: dict[str, Path] = {}
    for folder in path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                found.setdefault(name.partition("-")[0].replace("_", "-").lower(), Path(folder or ".", name))
    return found


@cache
def _digest(place: Path) -> str:
    try:
        lines = (place / "RECORD").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    same = (n for n in lines if not n.startswith("..") and not n.partition(",")[0].endswith(_OF_INSTALLERS))
    kept = sorted(same)
    return hashlib.blake2b("\n".join(kept).encode(), digest_size=DIGEST_BYTES).hexdigest() if kept else ""
