"""Changes around the code: packages and modules of the project. They cannot be taken back inside of one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.comparison.code.used_packages import distributions_of, normal
from nbmodelver.comparison.versions import packages_section
from nbmodelver.model import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Row, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.repo.inspect.causes.worlds import Worlds

MOST_NAMED = 4


def surroundings(store: LoadingStore, found: Worlds) -> Iterator[Cause]:
    """Yield the changed packages and modules, those that the metric's code imports first."""
    before, after = found.before.version, found.after.version
    used = frozenset(_imported(found))
    yield from _packages(store, before, after, used)
    yield from _modules(store, before, after, used)


def _packages(store: LoadingStore, before: Version, after: Version, used: frozenset[str]) -> Iterator[Cause]:
    found = packages_section(store.environment(before), store.environment(after))
    rows = [r for r in found.rows if r.status == "changed"]
    if not rows:
        return
    names = distributions_of(used)
    first = [r for r in rows if normal(str(r.cells[0])) in names or r.cells[0] == "python"]
    rest = [r for r in rows if r not in first]
    sentences = [_sentence(r) for r in [*first, *rest]]
    more = [f"{len(sentences) - MOST_NAMED} more packages"] if len(sentences) > MOST_NAMED else []
    why_not = "the earlier packages are not in this environment"
    if not first:
        why_not += ", and the code of the metric does not import the changed ones"
    yield Cause("environment", (), (*sentences[:MOST_NAMED], *more), why_not=why_not)


def _sentence(row: Row) -> str:
    return f"{row.cells[0]} {row.cells[1]} → {row.cells[2]}"


def _modules(store: LoadingStore, before: Version, after: Version, used: frozenset[str]) -> Iterator[Cause]:
    old, new = store.modules(before), store.modules(after)
    changed = [path for path in old if path in new and old[path] != new[path]]
    changed.sort(key=lambda path: path.removesuffix(".py").partition("/")[0] not in used)
    for path in changed[:MOST_NAMED]:
        yield Cause(
            "module", (), (f"{path} was edited",), why_not="modules are files, and only one version is imported"
        )


def _imported(found: Worlds) -> Iterator[str]:
    """The top-level modules that the code of the metric imports, and those of the types of its values."""
    for world in (found.before, found.after):
        read = {name for names in world.slice.inputs.values() for name in names}
        for name in read & world.version.imports.keys():
            yield world.version.imports[name].partition(":")[0].partition(".")[0]
        for one in world.slice.statements:
            if one.is_import:
                yield one.source.split()[1].partition(".")[0]
        for name in found.names:
            if name in world.version.kept:
                yield world.version.kept[name].type.partition(".")[0]
