"""requirements.txt and constraints.txt of a bundle: the packages that a version needs, with their exact releases.

requirements.txt pins the packages that cells import and that define the types of values. constraints.txt pins every
installed package, so that dependencies are installed in the same releases too.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from nbmodelver.bundle.cell_syntax import syntax_tree

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
"""Import name -> name of the distribution, where they differ."""

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
    """Return the text of requirements.txt, which refers to constraints.txt.

    packages: installed distribution -> release. formats: open formats of the variables, see first_cell.Variable.
    own: names of the project's own modules, which are not distributions.
    """
    wanted = set(distributions(version, cells, packages, own)) | ({*NEEDED_ANYWAY} & packages.keys())
    if any(f.startswith("parquet") for f in formats):
        wanted |= {"pandas", "pyarrow"} & packages.keys()
    lines = [f"{name}=={public(packages[name])}" for name in sorted(wanted)]
    release = packages.get(OWN, "")
    was = f" (at the commit it was {release})" if release else ""
    return "\n".join(
        [
            "# The packages that this version imports, as installed; constraints.txt pins their dependencies.",
            f"# To restore every variable exactly, install {OWN}{was}.",
            "-c constraints.txt",
            *lines,
            "",
        ]
    )


def distributions(
    version: Version, cells: Sequence[Cell], packages: Mapping[str, str], own: Iterable[str] = ()
) -> frozenset[str]:
    """Return the installed distributions that cells import and that define the types of values, but nbmodelver.

    packages, own: as in `requirements`.
    """
    ours = {name.partition(".")[0] for name in own}
    return frozenset({_installed(root, packages) for root in _roots(version, cells) - ours} - {"", OWN})


def of_types(types: Iterable[str], packages: Mapping[str, str]) -> list[str]:
    """Return the installed distributions that define these types ("package.Class", "module:Class"), sorted."""
    roots = {t.partition(":")[0].partition(".")[0] for t in types} - sys.stdlib_module_names
    return sorted({_installed(root, packages) for root in roots} - {"", OWN})


def unknown_imports(
    version: Version, cells: Sequence[Cell], packages: Mapping[str, str], own: Iterable[str] = ()
) -> list[str]:
    """Return the names that cells import and that belong to no listed distribution, sorted."""
    ours = {name.partition(".")[0] for name in own} | {"", "__main__", "builtins", OWN}
    return sorted(root for root in _roots(version, cells) - ours if not _installed(root, packages))


def constraints(packages: Mapping[str, str]) -> str:
    """Return the text of constraints.txt: every package except nbmodelver, without local labels such as "+cpu"."""
    lines = [f"{name}=={public(number)}" for name, number in sorted(packages.items()) if name != OWN]
    return "\n".join(["# Every package that was installed. pip installs only those that are needed.", *lines, ""])


def public(number: str) -> str:
    """Return a release number without its local label (PEP 440): "2.1" for "2.1+cpu"."""
    return number.partition("+")[0]


def _installed(root: str, packages: Mapping[str, str]) -> str:
    """Return the installed distribution for an import name, "" if none is known."""
    name = _DISTRIBUTIONS.get(root, root).lower().replace("_", "-")
    return next((n for n in (name, *_VARIANTS.get(name, ())) if n in packages), "")


def _roots(version: Version, cells: Sequence[Cell]) -> set[str]:
    found = {kept.type.partition(".")[0] for kept in version.kept.values() if "." in kept.type}
    found |= {c.partition(":")[0].partition(".")[0] for g in (*version.groups, *version.definitions) for c in g.classes}
    for cell in cells:
        found.update(_imported(cell.source))
    return found - sys.stdlib_module_names


def _imported(source: str) -> Iterator[str]:
    """Yield the top-level names that a cell imports. Lines with magics are skipped."""
    for node in ast.walk(syntax_tree(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
