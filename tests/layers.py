"""Who may import whom (docs/explanation/architecture.md), read from the source: lazy and typing-only imports count."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "nbmodelver"
SIBLINGS = {"codecs", "kinds", "store", "catalogue"}
ABOVE_REPO = {"actions", "answers", "views", "bundle", "exchange", "registry", "remote", "repo", "verbs"}
EVERYTHING = {"cli", "extension", "panels", "kernel", "testing", "comparison", *ABOVE_REPO, *SIBLINGS}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "release": set(),
    "system": set(),  # The port to the operating system: the siblings store, catalogue and codecs all need it.
    "model": set(),
    "verbs": set(),
    "codecs": set(),
    "kinds": set(),
    "store": set(),
    "catalogue": set(),
    "views": set(),
    "comparison": {"kinds"},
    "repo": {"comparison", *SIBLINGS},
    "bundle": {"comparison", "repo"},
    "registry": {"repo", "catalogue", "kinds", "store"},
    "remote": {"repo", "store", "catalogue"},
    "exchange": {"repo"},
    "actions": {"bundle", "comparison", "exchange", "registry", "remote", "repo"},
    "answers": {"actions", "comparison", "views", "bundle", "registry", "remote", "repo", "verbs"},
    "kernel": ABOVE_REPO,
    "panels": {"comparison", "kernel", *ABOVE_REPO},
    "extension": {"panels", "kernel", *ABOVE_REPO},
    "cli": ABOVE_REPO,
    "testing": {"comparison", "repo", *SIBLINGS},
    "__init__": EVERYTHING,
    "__main__": {"cli"},
}
REPO_ROOMS = {"core", "commit", "hooks", "restore", "inspect", "maintain", "notices", "transfer"}
"""Rooms inside of repo: each knows core and itself, and never repo.py, which wires them."""
COMPARISON_ROOMS: dict[str, set[str]] = {
    "tables": set(),
    "rows": {"tables"},
    "arrays": {"tables", "rows"},
    "models": set(),
    "predictions": {"tables", "models"},
    "code": set(),
    "leaks": {"tables", "rows"},
    "merging": {"tables", "rows", "models"},
}
"""Rooms inside of comparison: each knows itself, these rooms, and the files of COMPARISON_SHARED."""
COMPARISON_SHARED = {"chance", "charts", "inside", "profiles", "sides", "time_limit"}
"""Files of comparison that its rooms may know. The other files, such as contributors.py, wire the rooms."""
BELOW_ALL = {"model", "errors", "system", "release"}

HOMES: dict[str, set[str]] = {
    "IPython": {"kernel", "panels", "extension"},
    "ipykernel": {"kernel", "panels"},
    "comm": {"panels"},
    "traitlets": {"kernel", "views"},
    "ipywidgets": {"views"},
    "anywidget": {"views"},
    "wcwidth": {"views"},
    "rich": {"views", "cli"},
    "tinydb": {"catalogue"},
    "cryptography": {"catalogue/events/keys.py", "store/objects/age_files.py"},
    "joblib": {"codecs/foreign.py"},
    "yaml": {"exchange/yaml_files.py"},
    "mlflow": {"exchange/mlflow_client.py", "exchange/mlflow_out.py", "exchange/mlflow_server.py"},
    "pyrage": {"remote/encryption.py", "remote/own_keys.py"},
    "zstandard": {"store", "catalogue"},
    "blake3": {"store", "catalogue"},
    "xxhash": {"store", "comparison", "codecs/sources.py", "codecs/source_trees.py"},
    "backports": {"store"},
    "obstore": {"store/objects/cloud.py"},
    "paramiko": {"store/objects/sftp.py", "store/objects/sftp_connections.py"},
    "compression": {"store"},
    "nbformat": {"bundle", "kernel"},
    "nbclient": {"bundle"},
    "jupyter_client": {"bundle"},
    "uv": {"bundle"},
    "skops": {"codecs/sklearn_open.py"},
    "safetensors": {"codecs/tensors_open.py", "codecs/torch_open.py"},
    "skl2onnx": {"codecs/sklearn_onnx.py"},
    "onnx": {"codecs/sklearn_onnx.py"},
    "onnxruntime": {"codecs/sklearn_onnx.py"},
    "numpy": {"codecs", "kinds", "comparison", "store/lanes.py", "store/lookups.py", "store/part_rows.py"},
    "attr": {"codecs/attrs.py"},
    "pydantic_core": {"codecs/pydantic.py"},
    "pytz": {"codecs/zones.py"},
    "dateutil": {"codecs/zones.py"},
    "platformdirs": {"repo", "cli", "kernel", "bundle", "remote"},
    "threadpoolctl": {"repo/core/numerics.py"},
    "apprise": {"repo/notices/apprise.py"},
    "pytest": {"testing"},
    "hypothesis": {"testing"},
}
"""A third-party library and its home: a folder, or one file where a folder must not know it."""

DATA_LIBRARIES = {
    "pandas", "polars", "pyarrow", "scipy", "torch", "sklearn", "xarray", "statsmodels", "xgboost", "lightgbm",
    "catboost", "keras", "tensorflow", "msgspec", "matplotlib", "pydantic", "patsy",
}  # fmt: skip
"""Each only in codecs/<library>.py, codecs/<library>_<part>.py, kinds/<library>.py and comparison/.../<library>.py.

Those files are imported only when a value turned up.
"""


@dataclass(frozen=True)
class Import:
    """One import: the module's full name, the line, and whether it runs when the file is imported."""

    module: str
    line: int
    at_import: bool


def crossings(package: Path) -> list[str]:
    """Every border crossing under the package's folder, as "file:line says why"."""
    found = []
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        for one in imports(file, place):
            why = crossing(place, one)
            if why:
                found.append(f"{place.as_posix()}:{one.line} {why}")
    return found


def crossing(place: Path, one: Import) -> str:
    """Why the file may not import that; "" when it may."""
    root, _, rest = one.module.partition(".")
    if root == PACKAGE:
        return (
            _inside(_owner(place), rest)
            or _inside_repo(place, rest)
            or _inside_comparison(place, rest)
            or _too_early(place, rest, one)
        )
    if root in sys.stdlib_module_names and root not in HOMES:
        return ""
    return _data_library(place, root) if root in DATA_LIBRARIES else _third_party(place, root)


def _inside(owner: str, rest: str) -> str:
    target = rest.partition(".")[0] or "__init__"
    lowest = BELOW_ALL - {"system"} if owner == "system" else BELOW_ALL if owner == "errors" else set()
    allowed = {owner, *BELOW_ALL, *MAY_IMPORT.get(owner, set())} - lowest
    if owner == "model":
        allowed -= {"system"}
    if target == "__version__" or target in allowed:
        return ""
    if owner not in MAY_IMPORT:
        return f"{owner} is not in the layout of docs/explanation/architecture.md"
    known = ", ".join(sorted(allowed - {owner})) or "nothing"
    return f"{owner} imports {target}: it may know {known}"


def _inside_repo(place: Path, rest: str) -> str:
    """Why a room of repo may not import this part of repo."""
    owner, *inner = place.parts
    target, *room = rest.split(".")
    if owner != "repo" or target != "repo" or len(inner) < 2:
        return ""
    own = inner[0]
    if room and room[0] in {"core", own}:
        return ""
    return f"repo/{own} imports {'.'.join([target, *room])}: it may know repo/core and itself"


def _inside_comparison(place: Path, rest: str) -> str:
    """Why a room of comparison may not import this part of comparison; a room has to be in COMPARISON_ROOMS."""
    owner, *inner = place.parts
    target, *module = rest.split(".")
    if owner != "comparison" or len(inner) < 2:
        return ""
    own = inner[0]
    if own not in COMPARISON_ROOMS:
        return f"comparison/{own} is not in the layout of docs/explanation/architecture.md"
    allowed = {own, *COMPARISON_ROOMS[own], *COMPARISON_SHARED}
    if target != "comparison" or (module and module[0] in allowed):
        return ""
    known = ", ".join(sorted(allowed - {own}))
    return f"comparison/{own} imports {'.'.join([target, *module]).rstrip('.')}: it may know {known}"


def circles(package: Path) -> list[list[str]]:
    """The files of a package that import each other in a circle, typing-only and lazy imports included, sorted."""
    files = {_dotted(file, package): file for file in package.rglob("*.py")}
    graph = {name: _imported(file, package, files) - {name} for name, file in files.items()}
    return sorted(_components(graph))


def _dotted(file: Path, package: Path) -> str:
    parts = [package.name, *file.relative_to(package).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(file: Path, package: Path, files: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            inner = {f"{node.module}.{a.name}" for a in node.names}
            found |= {name if name in files else node.module for name in inner}
    return found & files.keys()


def _components(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """Strongly connected components of more than one node (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> Iterator[list[str]]:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                yield from visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            component = sorted(stack[at:])
            del stack[at:]
            if len(component) > 1:
                yield component

    for node in sorted(graph):
        if node not in index:
            yield from visit(node)


def _third_party(place: Path, root: str) -> str:
    homes = HOMES.get(root)
    if homes is None:
        return f"{root} has no home yet: give it one in tests/layers.py"
    if _owner(place) in homes or place.as_posix() in homes:
        return ""
    return f"{root} is at home in {', '.join(sorted(homes))}"


def _data_library(place: Path, root: str) -> str:
    if _is_library_file(place) and _library(place.stem) == root:
        return ""
    return f"{root} is at home in codecs/{root}.py, kinds/{root}.py and comparison/.../{root}.py"


def _too_early(place: Path, rest: str, one: Import) -> str:
    """A library's own file imports the library: so nobody else may import that file while being imported."""
    library = _library(rest.rpartition(".")[2])
    if library in DATA_LIBRARIES and one.at_import and not _is_library_file(place):
        return f"{one.module} is imported before a value of {library} turned up"
    return ""


def _is_library_file(place: Path) -> bool:
    return place.parts[0] in ("codecs", "kinds", "comparison") and _library(place.stem) in DATA_LIBRARIES


def _library(stem: str) -> str:
    """The library of a file: pandas.py and pandas_frames.py are both of pandas."""
    return stem.partition("_")[0]


def _owner(place: Path) -> str:
    return place.parts[0].removesuffix(".py")


def imports(file: Path, place: Path) -> Iterator[Import]:
    """Every import in the file, those in functions, under TYPE_CHECKING and by import_module("...") included."""
    parents = [PACKAGE, *place.parts[:-1]]
    yield from _walk(ast.parse(file.read_text(encoding="utf-8")), parents, at_import=True)


def _walk(node: ast.AST, parents: list[str], *, at_import: bool) -> Iterator[Import]:
    yield from _named(node, parents, at_import)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        at_import = False
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        for child in node.body:
            yield from _walk(child, parents, at_import=False)
        for child in node.orelse:
            yield from _walk(child, parents, at_import=at_import)
        return
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, parents, at_import=at_import)


def _named(node: ast.AST, parents: list[str], at_import: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(a.name, node.lineno, at_import) for a in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = parents[: len(parents) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        members = [f"{module}.{a.name}" for a in node.names if module == PACKAGE or a.name in DATA_LIBRARIES]
        names = members if members or module == PACKAGE else [module]
        yield from (Import(name, node.lineno, at_import) for name in names)
    elif isinstance(node, ast.Call) and node.args and _is_import_call(node.func):
        text = _beginning(node.args[0])
        if text:
            yield Import(text, node.lineno, at_import)


def _is_import_call(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__", "find_spec")


def _beginning(argument: ast.expr) -> str:
    """The text of a literal, or what an f-string begins with."""
    if isinstance(argument, ast.JoinedStr) and argument.values:
        argument = argument.values[0]  # type: ignore[assignment]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""
