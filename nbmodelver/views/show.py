"""One version in full: names by kind, parameters, metrics, names not saved, cells, environment, Git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.model import KINDS, Cell, Direction, Json, Kind, Profile, Version
from nbmodelver.views.blocks import (
    MOST_ROWS,
    Block,
    CodeBlock,
    Document,
    Fold,
    Span,
    Table,
    TableRow,
    TextLine,
    cut,
    dim,
    line,
    spans,
    strong,
    title,
)
from nbmodelver.views.commit import finding_summary, metric_spans, skipped_lines
from nbmodelver.views.figures import ago, duration, new_of, plural, size
from nbmodelver.views.made import names_used
from nbmodelver.views.profile import blocks_of
from nbmodelver.views.refs import RefLabels
from nbmodelver.views.shown import Shown
from nbmodelver.views.values import value_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from nbmodelver.model import Findings

KIND_NAMES: dict[Kind, str] = {
    "model": "Models",
    "dataset": "Datasets",
    "hyperparameters": "Hyperparameters",
    "metric": "Metrics",
    "code": "Code",
    "other": "Other",
}


def show(
    version: Version,
    refs: RefLabels | None = None,
    *,
    note: str | None = None,
    parent: Version | None = None,
    profiles: Mapping[str, Profile] | None = None,
    cells: Sequence[Cell] = (),
    environment: Mapping[str, Any] | None = None,
    directions: Mapping[str, Direction] | None = None,
    modules: Mapping[str, str] | None = None,
    about_modules: Sequence[str] = (),
    findings: Findings | None = None,
) -> Shown:
    """A version in full.

    profiles: of the requested names, shown instead of the rest. note: replaces the note of the version. environment:
    "python", "platform", and "packages" as name -> version. modules: of the project, path -> source. about_modules:
    sentences about them. findings: of the checks of the version, earlier ones included.
    """
    blocks: list[Block] = list(_head(version, refs or RefLabels(), version.note if note is None else note))
    blocks += finding_summary(findings, version) if findings is not None else []
    if profiles is not None:
        blocks += [b for name, p in profiles.items() for b in _value(version, name, p)]
    else:
        blocks += _kept(version)
        blocks += _figures(version, parent, directions, names_used(version, cells))
        blocks += _code(cells)
        blocks += _modules(modules or {}, about_modules)
        blocks += _inputs(version)
        blocks += _surroundings(version, environment or {})
    return Shown(Document(tuple(blocks), f"version {version.name}"), version)


def _head(version: Version, refs: RefLabels, note: str) -> Iterator[Block]:
    labels = refs.labels(version.id)
    message = [Span("  "), Span(version.message)] if version.message else []
    yield title(version.name, *message, *([Span("  "), *labels] if labels else []))
    by = f" by {version.author}" if version.author else ""
    why = f" · automatic: {version.auto}" if version.auto else ""
    yield line(dim(f"{version.id[:12]} · {ago(version.saved_at_utc) or 'no time'}{by}{why}", version.saved_at_utc))
    yield from (line(text) for text in note.splitlines())


def _value(version: Version, name: str, profile: Profile) -> Iterator[Block]:
    kept = version.kept.get(name)
    facts = f"  {kept.type} · {size(kept.size_bytes)}" if kept else ""
    yield title(name, dim(facts), level=2)
    yield from blocks_of(profile)


def _kept(version: Version) -> Iterator[Block]:
    rows = [row for kind in KINDS for row in _of_kind(version, kind)]
    if rows:
        yield title("Variables", level=2)
        yield from cut(Table(("", "", "", "", ""), tuple(rows), frozenset({3})))
    if version.skipped:
        yield title("Not kept", level=2)
        yield from skipped_lines(version.skipped, "")
    yield line(dim(f"{new_of(version.new_bytes, version.raw_bytes)} · {duration(version.duration_s)}"))


def _of_kind(version: Version, kind: Kind) -> Iterator[TableRow]:
    members = [k for k in version.kept.values() if k.kind == kind]
    for i, k in enumerate(members):
        heading = dim("" if i else KIND_NAMES[kind])
        yield TableRow(
            (heading, strong(k.name), Span(k.type, "code"), size(k.size_bytes), dim(_sharing(version, k.name)))
        )


def _sharing(version: Version, name: str) -> str:
    group = version.group_of(name)
    others = [n for n in group.names if n != name]
    with_others = f"shares objects with {', '.join(others)}" if others else ""
    needs = "needs pickle" if group.pickled else ""
    return " · ".join(filter(None, [with_others, needs, *version.kept[name].notes]))


def _figures(
    version: Version,
    parent: Version | None,
    directions: Mapping[str, Direction] | None,
    used: Collection[str],
) -> Iterator[Block]:
    if version.metrics:
        yield title("Metrics of this version", level=2)
        yield from (line(*piece) for piece in metric_spans(version, parent, directions))
    if version.params:
        yield title("Parameters", level=2)
        inside, near, rest = version.sorted_params(used)
        crowded = bool(inside and near) and len(inside) + len(near) > MOST_ROWS
        for params in (inside, near) if crowded else ({**inside, **near},):
            if params:
                yield from cut(params_table(params))
        if rest:
            summary = spans(dim(f"and {plural(len(rest), 'other plain value')}"))
            yield Fold(summary, tuple(cut(params_table(rest))), in_text=False)


def params_table(params: Mapping[str, Json]) -> Table:
    """A table of keys and values, in order."""
    return Table(("", ""), tuple(TableRow((k, Span(value_text(v), "code"))) for k, v in params.items()))


def _code(cells: Sequence[Cell]) -> Iterator[Block]:
    shown = [c for c in cells if not c.only_looks]
    if not shown:
        return
    inner = tuple(b for c in shown for b in _cell(c))
    yield Fold(spans(plural(len(shown), "cell"), dim(" run since the previous version")), inner)


def _cell(cell: Cell) -> Iterator[TextLine | CodeBlock]:
    took = f" {duration(cell.duration_s)}" if cell.duration_s is not None else ""
    failed = Span(" failed", "bad") if not cell.ok else Span("")
    yield line(dim(f"[{cell.execution_count if cell.execution_count is not None else ' '}]{took}"), failed)
    yield CodeBlock(tuple(cell.source.splitlines()))


def _modules(modules: Mapping[str, str], notes: Sequence[str]) -> Iterator[Block]:
    """Yield the modules by name, with their sources in folds."""
    if modules:
        yield title("Modules of the project", level=2)
        for path, source in modules.items():
            lines = source.splitlines()
            yield Fold(
                spans(strong(path), dim(f"  {plural(len(lines), 'line')}")), (CodeBlock(tuple(lines)),), in_text=False
            )
    yield from (line(dim(note)) for note in notes)


def _inputs(version: Version) -> Iterator[Block]:
    """Yield the files that cells read."""
    if version.inputs:
        yield title("Input files", level=2)
        rows = [TableRow((strong(i.path), size(i.size_bytes), dim(i.reason or "stored"))) for i in version.inputs]
        yield from cut(Table(("", "", ""), tuple(rows), frozenset({1})))


def _surroundings(version: Version, environment: Mapping[str, Any]) -> Iterator[Block]:
    packages = environment.get("packages") or {}
    facts = [str(environment[k]) for k in ("python", "platform") if environment.get(k)]
    if facts:
        facts[0] = facts[0] if facts[0].lower().startswith("python") else f"Python {facts[0]}"
    if version.git:
        dirty = ", with uncommitted changes" if version.git.dirty else ""
        facts.append(f"git {version.git.commit[:10]} on {version.git.branch}{dirty}")
    if version.notebook_path:
        facts.append(version.notebook_path)
    if version.session:
        facts.append("with random state")
    if facts:
        yield title("Environment", level=2)
        yield line(" · ".join(facts))
    if packages:
        rows = tuple(TableRow((name, str(packages[name]))) for name in sorted(packages, key=str.lower))
        yield Fold(spans(plural(len(packages), "package")), (Table(("", ""), rows),), in_text=False)
