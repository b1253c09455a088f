"""The diff of two versions: sections for names, parameters, metrics, values, files, code, modules, packages."""

from __future__ import annotations

import difflib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.code.code_sections import code_sections, what_to_feed
from nbmodelver.comparison.code.input_files import inputs_section
from nbmodelver.comparison.code.outputs import outputs_section
from nbmodelver.comparison.code.used_packages import used_packages
from nbmodelver.model import Chart, Diff, Row, Section, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from nbmodelver.model import Cell, Direction, Json, Status, Version

MAX_BARS = 12
MAX_LEFT_OUT = 8


def names_section(before: Version, after: Version) -> Section:
    """Return the section of added, removed, changed and equal names, with types and sizes in bytes."""
    rows = []
    rewritten = _rewritten(before, after)
    for name in dict.fromkeys([*before.kept, *after.kept]):
        old, new = before.kept.get(name), after.kept.get(name)
        status: Status = "changed"
        if old is None or new is None:
            status = "added" if old is None else "removed"
        elif old.digest == new.digest and name not in rewritten:
            status = "same"
        kept = new or old
        assert kept is not None
        sizes = (old.size_bytes if old else None, new.size_bytes if new else None)
        rows.append(Row((name, kept.kind, _types(old, new), *sizes), status))
    note = "; ".join(filter(None, (_not_committed(before, after), _not_committed(after, before))))
    columns = ("variable", "kind", "type", "bytes before", "bytes after")
    return Section("names", "Variables", columns, tuple(rows), note=note)


def _not_committed(version: Version, other: Version) -> str:
    """Return a note on names that were live at the commit of `version` but not part of it; they are not "added"."""
    names = [n for n in other.kept if n not in version.kept and version.left_out(n)]
    more = f" and {len(names) - MAX_LEFT_OUT} more" if len(names) > MAX_LEFT_OUT else ""
    return f"live, but not part of {version.name}: {', '.join(names[:MAX_LEFT_OUT])}{more}" if names else ""


def _rewritten(before: Version, after: Version) -> frozenset[str]:
    """Return the notebook's classes and functions that were redefined. Their digest covers only their name."""
    old, new = ({key: g.recipe for g in v.definitions for key in g.names} for v in (before, after))
    return frozenset(key for key in old.keys() & new.keys() if old[key] != new[key])


def _types(old: Any, new: Any) -> str:
    if old and new and old.type != new.type:
        return f"{old.type} → {new.type}"
    return str((new or old).type)


def values_section(section_id: str, title: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Section:
    """Return a section that compares two mappings, such as parameters, metrics or packages."""
    rows = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if key not in before or key not in after:
            status: Status = "added" if key not in before else "removed"
        else:
            status = "same" if same(old, new) else "changed"
        rows.append(Row((key, old, new, _change(old, new)), status))
    return Section(section_id, title, ("name", "before", "after", "change"), tuple(rows))


def params_section(before: Version, after: Version) -> Section:
    """Compare the parameters, without those of a model that only one version has: a pipeline has a hundred."""
    unmatched = before.kept.keys() ^ after.kept.keys()
    models = {n for v in (before, after) for n, k in v.kept.items() if n in unmatched and k.kind == "model"}
    sides = ({k: p for k, p in v.ordered_params.items() if k.partition(".")[0] not in models} for v in (before, after))
    return values_section("params", "Hyperparameters", *sides)


def metrics_section(before: Version, after: Version, directions: Mapping[str, Direction] | None = None) -> Section:
    """Compare the metrics, with bar charts for those that changed. directions: metric -> direction."""
    known = directions or {}
    section = values_section("metrics", "Metrics", dict(before.metrics), dict(after.metrics))
    labels = (before.name, after.name)
    changed = [str(r.cells[0]) for r in section.rows if r.status == "changed"][:MAX_BARS]
    charts = (
        Chart(
            "bars",
            name,
            (Series(name, tuple(v.metrics[name] for v in (before, after))),),
            labels,
            "",
            name,
            known.get(name, "unknown"),
        )
        for name in changed
    )
    return replace(section, charts=tuple(charts), directions=dict(known))


def same(old: object, new: object) -> bool:
    """Return True if two values are equal or both are NaN."""
    return old == new or all(isinstance(v, float) and math.isnan(v) for v in (old, new))


def _change(old: Json, new: Json) -> Json:
    if type(old) in (int, float) and type(new) in (int, float) and not same(old, new):
        step = new - old  # type: ignore[operator]
        return step if math.isfinite(step) else None
    return None


def module_sections(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Section]:
    """Yield a section of added, removed and equal project modules, and a unified diff for each changed one."""
    removed = [Row((path, "removed"), "removed") for path in before if path not in after]
    added = [Row((path, "added"), "added") for path in after if path not in before]
    both = [path for path in before if path in after]
    equal = [Row((path, "same"), "same") for path in both if before[path] == after[path]]
    if removed or added or equal:
        yield Section("modules", "Modules", ("module", "change"), (*removed, *added, *equal))
    for path in both:
        if before[path] != after[path]:
            old, new = before[path].splitlines(), after[path].splitlines()
            lines = tuple(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
            note = "" if lines else "only line endings differ"
            yield Section(f"modules.{path}", path, lines=lines, note=note)


def packages_section(
    before: Mapping[str, Json], after: Mapping[str, Json], used: Callable[[], Collection[str]] = tuple
) -> Section:
    """Return a section of Python and the packages whose releases differ, or that only one version has.

    used: returns the names of the packages that the notebook uses, which come first.
    """
    old, new = _packages(before), _packages(after)
    section = values_section("packages", "Packages", old, new)
    changed = [Row(r.cells[:3], r.status) for r in section.rows if r.status != "same"]
    first = frozenset(used()) | {"python"} if len(changed) > 1 else frozenset()
    changed.sort(key=lambda r: str(r.cells[0]) not in first)
    count = sum(str(r.cells[0]) in first for r in changed)
    note = f"the notebook uses the first {count} of them" if 0 < count < len(changed) else ""
    return Section("packages", "Packages", ("package", "before", "after"), tuple(changed), note=note)


def _packages(environment: Mapping[str, Json]) -> dict[str, Json]:
    packages = environment.get("packages")
    return {"python": environment.get("python"), **(packages if isinstance(packages, dict) else {})}


Alarms = tuple[Section | None, Section | None]
"""What the checks of a version found, and what they did not find or could not compare; None for nothing."""


class Differ:
    """Combines the sections of a diff. The arguments are the functions that read the versions.

    cells: returns the cells of each version since their common ancestor. environment: returns Python and packages.
    contributed: yields the sections of values. directions: returns metric -> direction. modules: path -> source.
    alarms: returns two sections on the checks of the later version, judged against the earlier one: what was found,
    and what was not. notebook: returns the document of the notebook.
    """

    def __init__(
        self,
        cells: Callable[[Version, Version], tuple[Sequence[Cell], Sequence[Cell]]],
        environment: Callable[[Version], Mapping[str, Json]],
        contributed: Callable[[Version, Version, Sequence[str]], Iterator[Section]],
        *,
        directions: Callable[[Sequence[Version]], Mapping[str, Direction]] = lambda _versions: {},
        modules: Callable[[Version], Mapping[str, str]] = lambda _version: {},
        alarms: Callable[[Version, Version, Sequence[str]], Alarms] = lambda _before, _after, _names: (None, None),
        notebook: Callable[[Version], bytes | None] = lambda _version: None,
    ) -> None:
        self._cells = cells
        self._environment = environment
        self._contributed = contributed
        self._directions = directions
        self._modules = modules
        self._alarms = alarms
        self._notebook = notebook

    def diff(self, before: Version, after: Version, names: Sequence[str] = ()) -> Diff:
        """Return all sections that are not empty, the most important ones first. names: compare only these."""
        params = _only(params_section(before, after), names)
        shown = {str(r.cells[0]) for r in params.rows if r.status != "same"}
        contributed = [s for found in self._contributed(before, after, names) for s in _without_shown(found, shown)]
        contributed.sort(key=lambda s: (s.folded, not s.id.startswith(("rows.", "slices.", "drift.", "split."))))
        maps = [s.title.removesuffix(" · labels") for s in contributed if s.id.startswith("labels.")]
        params = replace(params, rows=tuple(r for r in params.rows if not _is_within(str(r.cells[0]), maps)))
        alarms, checks = self._alarms(before, after, names)
        sections = [
            *([alarms] if alarms is not None else []),
            metrics_section(before, after, self._directions([before, after])),
            _only(names_section(before, after), names),
            *(s for s in contributed if not s.folded),
            *(() if names else [inputs_section(before, after)]),
            params,
            *code_sections(*self._cells(before, after), what_to_feed(before, after, names)),
            *(module_sections(self._modules(before), self._modules(after)) if not names else ()),
            *(() if names else [outputs_section(self._notebook(before), self._notebook(after))]),
            packages_section(
                self._environment(before), self._environment(after), lambda: used_packages((before, after))
            ),
            *(s for s in contributed if s.folded),
            *([checks] if checks is not None else []),
        ]
        return Diff(before, after, tuple(s for s in sections if s.rows or s.lines or s.note))


def _without_shown(section: Section, shown: Collection[str]) -> Iterator[Section]:
    """Yield the section without rows that the hyperparameters already show; nothing if no row and no chart is left."""
    name = section.title
    rows = tuple(
        r
        for r in section.rows
        if r.status == "same"
        or not (f"{name}.{r.cells[0]}" in shown or (name in shown and _is_of_the_value(r.cells[0])))
    )
    if not section.id.startswith("profile.") or len(rows) == len(section.rows):
        yield section
    elif (left := replace(section, rows=rows)).differs or left.charts:
        yield left


def _is_within(path: str, names: Collection[str]) -> bool:
    """Return True if the path of a parameter is one of the names, or inside one of them."""
    return any(path == name or path.startswith(f"{name}.") for name in names)


def _is_of_the_value(what: Json) -> bool:
    """Return True for a row about a plain value as a whole, or about an item of it."""
    return what == "value" or str(what).startswith("[")


def _only(section: Section, names: Sequence[str]) -> Section:
    if not names:
        return section
    rows = tuple(r for r in section.rows if str(r.cells[0]).partition(".")[0] in names)
    return Section(section.id, section.title, section.columns, rows)
