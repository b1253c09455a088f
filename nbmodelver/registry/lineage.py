"""The lineage of a registered version or a variable: from data over cells and models to deployments.

An edge is observed if the code of a cell reads one variable and binds another, also through a function of the notebook
that the cell calls. Changes through an alias, exec or a function of a module are not seen. Base models from elsewhere
are declared at the registration. An edge to a registered version is inherited if it has the value unchanged from an
earlier version.
"""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, UnknownName, UnknownVersion
from nbmodelver.model.lineage import EdgeKind, Lineage, LineageEdge, LineageNode, NodeKind
from nbmodelver.registry import deployments
from nbmodelver.registry.lifecycle import version_at
from nbmodelver.registry.register import bases_of

if TYPE_CHECKING:
    from nbmodelver.model import MakingCell, Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo

MOST_NODES = 500
MOST_VERSIONS = 100
_KINDS: dict[str, NodeKind] = {"dataset": "dataset", "model": "model"}


class _Origins:
    """One walk from a value to its origins. Each value and each cell is visited once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self.nodes: dict[str, LineageNode] = {}
        self.edges: dict[tuple[str, str], LineageEdge] = {}
        self.unknown: dict[str, None] = {}

    def add(self, node: LineageNode) -> bool:
        """Add a node. Returns False if it is known."""
        return self.nodes.setdefault(node.id, node) is node

    def connect(self, source: str, target: str, how: EdgeKind = "observed") -> None:
        """Add an edge."""
        self.edges[source, target] = LineageEdge(source, target, how)

    def value(self, version: Version, name: str) -> str:
        """Add a value of a version with everything that it was made from, and return the id of its node."""
        kept = version.kept[name]
        id_ = f"value:{name}:{kept.digest}"
        if id_ in self.nodes:
            return id_
        try:
            found = self._repo.blame(name, version)
        except (UnknownVersion, UnknownName, Damaged) as error:
            self.add(LineageNode(id_, _KINDS.get(kept.kind, "value"), name, kept.type, version.name))
            self.unknown[f"the origin of {name} in {version.name} cannot be read: {error.message}"] = None
            return id_
        self.add(LineageNode(id_, _KINDS.get(kept.kind, "value"), name, kept.type, found.since.name))
        if not found.cells:
            self.unknown[f"no cell is known that made {name} ({found.since.name})"] = None
        for making in found.cells:
            self._cell(making, name, id_)
        return id_

    def _cell(self, making: MakingCell, name: str, target: str) -> None:
        source = making.cell.source
        id_ = f"cell:{making.version.id[:12]}:{making.cell.execution_count}:{hash_of(source)}"
        count = f"[{making.cell.execution_count}] " if making.cell.execution_count is not None else ""
        is_new = self.add(LineageNode(id_, "code", f"cell {count}".strip(), first_line(source), making.version.name))
        self.connect(id_, target)
        if not is_new:
            return
        if len(self.nodes) > MOST_NODES:
            self.unknown[f"more than {MOST_NODES} values and cells: the rest is left out"] = None
            return
        for read in making.inputs:
            if read.since is not None and read.name in read.since.kept:
                self._input(read.since, read.name, making, id_)
            elif read.name != name and not self._through_function(read.name, making, id_):
                reason = read.reason or "not kept"
                self.unknown[f"{read.name}, which a cell of {making.version.name} read: {reason}"] = None

    def _input(self, version: Version, name: str, making: MakingCell, cell: str) -> None:
        """Connect a value that a cell read. Of one that the cell itself made or changed, connect the former value."""
        source = self.value(version, name)
        if (cell, source) not in self.edges:
            self.connect(source, cell)
        elif making.version.parents and name in used_names(making.cell.source):
            former = self._repo.history.version(making.version.parents[0])
            if name in former.kept and former.kept[name].digest != version.kept[name].digest:
                self.connect(self.value(former, name), cell)

    def _through_function(self, name: str, making: MakingCell, cell: str) -> bool:
        """Connect the variables that a function of the notebook reads. Returns False if `name` is another value."""
        version = making.version
        source = self._definition(name, version)
        if source is None:
            return False
        for used in sorted(used_names(source)):
            if used in version.kept:
                self._input(version, used, making, cell)
        return True

    def _definition(self, name: str, version: Version) -> str | None:
        """Return the source of the newest cell up to this version that defines a function."""
        for _ in range(MOST_VERSIONS):
            for cell in reversed(self._repo.cells(version)):
                if name in defined_functions(cell.source):
                    return defined_functions(cell.source)[name]
            if not version.parents:
                return None
            version = self._repo.history.version(version.parents[0])
        return None


def lineage(repo: Repo, text: str, variable: str = "") -> Lineage:
    """Return the lineage of a registered version, or of a variable in a version.

    text: an address or a revision. variable: "" for the registered value, or the only model of the version.
    Raises UnknownModel, UnknownVersion, UnknownName if the version lacks the variable or has several models.
    """
    version, registered = version_at(repo, text)
    chosen = [r for r in registered if not variable or r.variable == variable]
    name = variable or (chosen[0].variable if chosen else _only_model(version))
    if name not in version.kept:
        raise UnknownName(f"{version.name} has no '{name}'", f"it has: {', '.join(version.names[:20])}")
    walk = _Origins(repo)
    root = walk.value(version, name)
    for one in chosen:
        root = _registered(repo, walk, one, version, root if len(chosen) == 1 else walk.value(version, name))
    return Lineage(root, tuple(walk.nodes.values()), tuple(walk.edges.values()), tuple(walk.unknown))


def _registered(repo: Repo, walk: _Origins, registered: RegisteredVersion, version: Version, value: str) -> str:
    """Add a registered version, its bases and its deployments, and return the id of its node."""
    id_ = f"registered:{registered.address}"
    walk.add(LineageNode(id_, "registered", registered.address, f"{registered.at_utc[:10]}, {registered.by}"))
    walk.connect(value, id_, "declared" if walk.nodes[value].version == version.name else "inherited")
    for base in bases_of(repo, registered):
        walk.add(LineageNode(f"base:{base}", "base", base, "declared at the registration"))
        walk.connect(f"base:{base}", value, "declared")
    for deployed in deployments.of_version(repo, registered):
        until = f" to {deployed.until_utc[:10]}" if deployed.until_utc else ""
        place = f"deployment:{deployed.place}:{deployed.since_utc}"
        walk.add(LineageNode(place, "deployment", deployed.place, f"{deployed.since_utc[:10]}{until}"))
        walk.connect(id_, place, "declared")
    return id_


def _only_model(version: Version) -> str:
    models = [n for n, kept in version.kept.items() if kept.kind == "model"]
    if len(models) != 1:
        what = f"{len(models)} models ({', '.join(models[:5])})" if models else "no model"
        raise UnknownName(f"{version.name} has {what}", f"name a variable: %mv_lineage {version.name} NAME")
    return models[0]


def defined_functions(source: str) -> dict[str, str]:
    """Return function name -> its source, for the functions at the top level of a cell; {} for invalid code."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node.name: ast.get_source_segment(source, node) or "" for node in found}


def used_names(source: str) -> set[str]:
    """Return the names that the code reads and does not bind itself; none for invalid code."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names = [n for n in nodes if isinstance(n, ast.Name)]
    bound = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    arguments = {n.arg for n in nodes if isinstance(n, ast.arg)}
    return {n.id for n in names} - bound - arguments


def first_line(source: str) -> str:
    """Return the first line of a cell that is neither empty nor an import nor a comment, cut to 100 characters."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("import ", "from ", "#", "%"))]
    return (telling or lines or [""])[0][:100]


def hash_of(source: str) -> str:
    """Return a short hash of the code of a cell."""
    return hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
