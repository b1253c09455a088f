"""Which packages a version needs, and exactly which release of each.

requirements.txt pins what the cells import and the values are made of; constraints.txt pins every package that was
installed, so that whatever those need in turn comes in the same release too.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model import Cell, Version

NEEDED_ANYWAY = ("ipykernel",)
OWN = "nbmodelver"
_DISTRIBUTIONS = {
    "sklearn": "scikit-learn", "skimage": "scikit-image", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml",
    "bs4": "beautifulsoup4", "dateutil": "python-dateutil", "IPython": "ipython", "Crypto": "pycryptodome",
    "google.protobuf": "protobuf", "fitz": "pymupdf", "xgboost": "xgboost",
}  # fmt: skip
"""Distributions whose import name is another."""

_VARIANTS = {
    "xgboost": ("xgboost-cpu",),
    "opencv-python": ("opencv-python-headless",),
    "tensorflow": ("tensorflow-cpu",),
}


def requirements(
    version: Version,
    cells: Sequence[Cell],
    packages: Mapping[str, str],
    formats: Iterable[str],
    own: Iterable[str] = (),
) -> str:
    """requirements.txt, with the constraints named in it. formats: of the variables in open formats.

    own: modules of the notebook's project; a package of such a name is another thing.
    """
    ours = {name.partition(".")[0] for name in own}
    wanted = {_installed(root, packages) for root in _roots(version, cells) - ours}
    wanted |= {*NEEDED_ANYWAY} & packages.keys()
    if any(f.startswith("parquet") for f in formats):
        wanted |= {"pandas", "pyarrow"} & packages.keys()
    lines = [f"{name}=={public(packages[name])}" for name in sorted(wanted - {"", OWN})]
    release = packages.get(OWN, "")
    was = f" (here it was {release})" if release else ""
    return "\n".join(
        [
            "# What this version imports, as it was installed; constraints.txt pins what these need in turn.",
            f"# Every variable, exactly as it was, comes back with {OWN}{was}.",
            "-c constraints.txt",
            *lines,
            "",
        ]
    )


def constraints(packages: Mapping[str, str]) -> str:
    """constraints.txt: every package but our own. A local build ("2.1+cpu") is asked for by its public number."""
    lines = [f"{name}=={public(number)}" for name, number in sorted(packages.items()) if name != OWN]
    return "\n".join(["# Every package that was installed. Only those that are needed get installed.", *lines, ""])


def public(number: str) -> str:
    """A version number as the public index knows it."""
    return number.partition("+")[0]


def _installed(root: str, packages: Mapping[str, str]) -> str:
    """The distribution behind an import name, "" when none was installed under a name that we can tell."""
    name = _DISTRIBUTIONS.get(root, root).lower().replace("_", "-")
    return next((n for n in (name, *_VARIANTS.get(name, ())) if n in packages), "")


def _roots(version: Version, cells: Sequence[Cell]) -> set[str]:
    found = {kept.type.partition(".")[0] for kept in version.kept.values() if "." in kept.type}
    found |= {c.partition(":")[0].partition(".")[0] for g in (*version.groups, *version.definitions) for c in g.classes}
    for cell in cells:
        found.update(_imported(cell.source))
    return found - sys.stdlib_module_names


def _imported(source: str) -> Iterator[str]:
    """Root names that a cell imports; magics are passed over line by line."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
