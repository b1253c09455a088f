"""Names the likely cause of each difference, and tests it by running again where that can tell."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.bundle.cell_syntax import syntax_tree
from nbmodelver.bundle.rerun import causes, feeding, outputs, surroundings
from nbmodelver.bundle.rerun.verdicts import environment_then, results
from nbmodelver.model import Cell
from nbmodelver.repo.core.numerics import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.bundle.rerun.planning import PlannedRerun
    from nbmodelver.bundle.rerun.running import RunOutcome
    from nbmodelver.model.rerun import RerunItem

_NUMBERS = re.compile(r"relative difference|(^|: )[-+]?[\d.]\S* became [-+]?[\d.]")


@dataclass(frozen=True)
class Variation:
    """What is other in a further run. hash_seed: added to the recorded one. threads: of libraries, 0 as recorded."""

    hash_seed: int = 0
    threads: int = 0


def explained(
    planned: PlannedRerun, items: Sequence[RerunItem], first: RunOutcome, again: Callable[[Variation], RunOutcome]
) -> tuple[list[RerunItem], int]:
    """Return the items with causes, and the number of runs.

    again: runs the cells once more. It is called only if a difference is left to explain: the same first, which shows
    what the cells do not determine, then with another hash seed, then with one thread if the record had more of them.
    """
    if first.ended:
        return guessed(planned, items, first), 1
    found, runs = list(items), 1
    if any(_is_open(i) for i in found):
        unstable, runs = changed(planned, first, again(Variation())), runs + 1
        found = [_unstable(planned, i) if _is_open(i) and (i.what, i.name) in unstable else i for i in found]

    def may_be_order(item: RerunItem) -> bool:
        return item.agreed == "different" and not _evident(planned, item, first)

    def may_be_threads(item: RerunItem) -> bool:
        return _is_numeric(item) and _has_other_threads(planned, first)

    for variation, cause, concerns in (
        (Variation(hash_seed=1), causes.SETS, may_be_order),
        (Variation(threads=1), causes.THREADS, may_be_threads),
    ):
        if any(_is_open(i) and concerns(i) for i in found):
            differing, runs = changed(planned, first, again(variation)), runs + 1
            found = [
                _with(i, cause, tested=True) if _is_open(i) and (i.what, i.name) in differing else i for i in found
            ]
    return [_guessed(planned, i, first) if _is_open(i) else _unmade(planned, i) for i in found], runs


def guessed(planned: PlannedRerun, items: Sequence[RerunItem], run: RunOutcome) -> list[RerunItem]:
    """Return the items with likely causes, without a further run that could test them."""
    if run.ended:
        return [_ended(planned, item, run) for item in items]
    return [_likely(planned, i, run) if _is_open(i) else _unmade(planned, i) for i in items]


def _likely(planned: PlannedRerun, item: RerunItem, run: RunOutcome) -> RerunItem:
    if causes.has_chance(_code(planned, item)):
        return _with(item, causes.CHANCE)
    return _guessed(planned, item, run)


def _ended(planned: PlannedRerun, item: RerunItem, run: RunOutcome) -> RerunItem:
    if item.agreed not in ("missing", "different"):
        return item
    known = causes.of_end(run.ended, surroundings.variables(planned.cells))
    return _with(item, known or _of_store(planned, run.ended) or run.ended)


def _of_store(planned: PlannedRerun, ended: str) -> str:
    """Return the cause for an error that comes from versions which the re-run does not have, "" for another."""
    cell = re.match(r"cell (\d+) ", ended)
    if cell and surroundings.uses_store(planned.cells[int(cell[1]) - 1].source):
        return causes.STORE
    return causes.of_restoring(planned.restores) if planned.restores else ""


def _unmade(planned: PlannedRerun, item: RerunItem) -> RerunItem:
    """Return an item that no cell made, although all ran, with that as its cause."""
    if item.agreed != "missing" or item.cause:
        return item
    restored = causes.of_restoring(planned.restores) if planned.restores else ""
    return _with(item, restored or "code that is not in the record")


def _is_numeric(item: RerunItem) -> bool:
    """True if numbers differ, so that floating point can be the cause."""
    return item.agreed == "numerically equal" or bool(_NUMBERS.search(item.detail))


def _has_other_threads(planned: PlannedRerun, run: RunOutcome) -> bool:
    return any(said.startswith("threads") for said in _numerics(planned, run))


def _is_open(item: RerunItem) -> bool:
    """True if the item differs in a way that another run may explain, and has no cause so far."""
    return item.agreed in ("numerically equal", "different") and not item.cause


def changed(planned: PlannedRerun, one: RunOutcome, other: RunOutcome) -> frozenset[tuple[str, str]]:
    """Return what differs between two runs of the same cells, as (what, name)."""
    a, b = results(one), results(other)
    if a is None or b is None:
        return frozenset()
    found = {("variable", n) for n in a.kept if n not in b.kept or a.kept[n].digest != b.kept[n].digest}
    found |= {("metric", m) for m in a.metrics if b.metrics.get(m) != a.metrics[m]}
    for at in range(len(planned.cells)):
        agreed = outputs.agreement(one.outputs.get(str(at), ()), other.outputs.get(str(at), ()))[0]
        found |= {("output", f"cell {at + 1}")} if agreed != "bit-identical" else set()
    return frozenset(found)


def _unstable(planned: PlannedRerun, item: RerunItem) -> RerunItem:
    """Two runs of the same cells differ: whether the record is reproduced cannot be told.

    Numbers that agree within the tolerance each time are numerically equal, but for times: any two of them are close.
    """
    cause = causes.of_instability(_code(planned, item), item.detail)
    is_close = item.agreed == "numerically equal" and cause not in (causes.CLOCK, causes.NETWORK)
    return replace(_with(item, cause, tested=True), agreed=item.agreed if is_close else "cannot tell")


def _evident(planned: PlannedRerun, item: RerunItem, run: RunOutcome) -> str:
    """Return a cause that the record names itself: a file, other versions or a variable of the environment; else ""."""
    code = _code(planned, item)
    files = [said for path, said in _other_files(planned, run) if path.rpartition("/")[2] in code]
    variables = _variables(code)
    if files:
        return "; ".join(files[:3])
    if planned.restores and item.agreed == "different":
        return causes.of_restoring(planned.restores)
    return causes.of_variables(variables[:3]) if variables else ""


def _guessed(planned: PlannedRerun, item: RerunItem, run: RunOutcome) -> RerunItem:
    """Return the item with its likely cause, from what the run touched and from where it ran."""
    evident = _evident(planned, item, run)
    if evident:
        return _with(item, evident)
    code = _code(planned, item)
    hosts = run.watched.get("hosts")
    numbers = _numerics(planned, run) if _is_numeric(item) else ()
    if isinstance(hosts, list) and hosts and causes.has_network(code):
        return _with(item, f"{causes.NETWORK}: {', '.join(map(str, hosts[:3]))}")
    if causes.has_clock(code, item.detail):
        return _with(item, causes.CLOCK)
    if causes.has_folder(code, item.detail):
        return _with(item, causes.FOLDER)
    if item.agreed == "numerically equal" and (numbers or not planned.plan.differences):
        generic = "another processor, linear algebra or number of threads"
        return _with(item, f"floating point: {'; '.join(numbers) or generic}")
    if planned.plan.differences:
        return _with(item, f"the environment: {'; '.join(planned.plan.differences[:3])}")
    if numbers:
        return _with(item, f"floating point: {'; '.join(numbers)}")
    if isinstance(hosts, list) and hosts:
        return _with(item, f"{causes.NETWORK}: {', '.join(map(str, hosts[:3]))}")
    return _with(item, "not found: something that the record does not have")


def _code(planned: PlannedRerun, item: RerunItem) -> str:
    """Return the code that can have fed an item."""
    return feeding.text(planned.cells, _names(planned, item), planned.modules) + "\n" + _own_code(planned, item)


def _own_code(planned: PlannedRerun, item: RerunItem) -> str:
    if item.what == "variable":
        return ""
    if item.what == "metric":
        return planned.plan.version.expressions.get(item.name, "")
    tree = syntax_tree(planned.cells[int(item.name.removeprefix("cell ")) - 1].source)
    return "\n".join(ast.unparse(s) for s in tree.body if not isinstance(s, ast.Import | ast.ImportFrom))


def _variables(code: str) -> list[str]:
    """Return the variables of the environment that code reads, without those that a re-run gets."""
    return [*surroundings.variables([Cell(code)])]


def _other_files(planned: PlannedRerun, run: RunOutcome) -> Iterator[tuple[str, str]]:
    """Yield path and cause for each file that the run read and whose content is not that of the record."""
    found = results(run)
    then = {i.path: i.digest for i in planned.plan.version.inputs}
    for file in found.inputs if found is not None else ():
        if file.digest not in planned.files.digests:
            differs = "which differs from the one that was read" if then.get(file.path) else "as it is now"
            yield file.path, f"the file {file.path}, {differs}"


def _numerics(planned: PlannedRerun, run: RunOutcome) -> tuple[str, ...]:
    """Return what differs in the libraries for linear algebra, their threads and the processor."""
    environment = environment_then(run)
    return differences(planned.recorded, environment) if environment else ()


def _with(item: RerunItem, cause: str, *, tested: bool = False) -> RerunItem:
    return replace(item, cause=cause, is_tested=tested)


def _names(planned: PlannedRerun, item: RerunItem) -> frozenset[str]:
    """Return the variables that an item depends on directly."""
    if item.what == "variable":
        return frozenset({item.name})
    if item.what == "metric":
        sources = [planned.plan.version.expressions.get(item.name, "")]
    else:
        sources = [planned.cells[int(item.name.removeprefix("cell ")) - 1].source]
    statements = [statement for source in sources for statement in syntax_tree(source).body]
    return frozenset().union(*(feeding.read_names(s) | feeding.bound_names(s) for s in statements))
