"""Why a metric differs between two versions: the changes with their effects, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong, title
from nbmodelver.views.figures import duration, number, plural, signed, some
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Cause, Explanation

MOST_LETTERS = 120
SHORT = 40
ROLES = {"train": "training data", "validation": "validation data", "test": "test data"}


def why(found: Explanation) -> Shown:
    """The verdict, the tested changes with the metric without and with each, and the changes that were not tested."""
    return Shown(Document(tuple(_blocks(found)), "why"), found)


def verdict(found: Explanation) -> str:
    """One sentence: what explains the change."""
    return "".join(part if isinstance(part, str) else part.text for part in _verdict(found))


def _blocks(found: Explanation) -> Iterator[Block]:
    before, after = found.before.name, found.after.name
    values = f"{number(found.values[0])} → {number(found.values[1])}"
    yield title("why ", found.metric, f" {values}", dim(f" ({signed(found.change)}) · {before} → {after}"))
    yield line(*_verdict(found))
    tested = [cause for cause in found.causes if cause.effect is not None]
    if tested:
        heads = ("change", "effect", "share", f"{after} without it", f"{before} with it")
        rows = tuple(row for cause in tested for row in _rows(found, cause))
        yield Table(heads, rows, frozenset((1, 2, 3, 4)))
    for cause in tested:
        yield from _details(cause)
    for cause in found.causes:
        if cause.effect is None:
            yield from _untested(cause)
    for name, value in found.exchanged:
        yield line(dim(f"{after} with the {name} of {before}, nothing computed again: {number(value)}"))
    yield from (line(Span(note, "warn")) for note in found.notes)
    if found.tests:
        again = list(dict.fromkeys(name for cause in tested for name in cause.again))
        computed = f" · computed again: {some(again)}" if again else ""
        measured = f"{plural(found.tests, 'measurement')} of {found.expression} in {duration(found.seconds)}"
        yield line(dim(f"{measured}{computed}"))
    names = next((cause.names[:1] for cause in found.causes if set(cause.names[:1]) <= set(found.after.kept)), ())
    yield line("→ ", Span(" ".join(("%mv_diff", before, after, *names)), "code"))


def _verdict(found: Explanation) -> Iterator[str | Span]:
    """The parts of the verdict."""
    first = found.causes[0] if found.causes else None
    if not found.change:
        yield "the metric is the same in both versions"
        return
    if first is None:
        yield "nothing that the metric depends on changed"
        return
    if first.effect is None:
        is_rest = any(cause.effect is not None for cause in found.causes)
        yield strong(first.title)
        yield f" {'may explain it' if is_rest else 'changed'}: {first.what[0] if first.what else ''}"
        return
    share = found.share(first)
    if not first.effect or first.is_noise or share is None or share <= 0:
        yield "no tested change explains it"
        return
    step = max(first.steps, key=lambda s: s.effect / first.effect if first.effect else 0.0, default=None)
    what = step.what if step is not None else first.what[0] if first.what else ""
    yield strong(first.title)
    verb = "explain" if len(first.names) > 1 else "explains"
    yield f" {verb} {_percent(share)} of it" if share < 0.995 else f" {verb} it"
    yield f", since {step.version.name}" if step is not None else ""
    yield f": {what}" if what else ""


def _rows(found: Explanation, cause: Cause) -> Iterator[TableRow]:
    share = found.share(cause)
    yield TableRow(
        (
            (strong(cause.title), dim(f" · {_about(cause)}" if _about(cause) else "")),
            Span(_effect(cause.effect), "dim" if not cause.effect or cause.is_noise else "strong"),
            "" if share is None or not cause.effect else _percent(share),
            "" if cause.without is None else number(cause.without),
            "" if cause.alone is None else number(cause.alone),
        )
    )
    for step in cause.steps:
        yield TableRow(
            (dim(f"  since {step.version.name}"), dim(_effect(step.effect)), "", dim(number(step.value)), "")
        )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _effect(effect: float | None) -> str:
    return signed(effect) if effect else "none"


def _about(cause: Cause) -> str:
    """Return a description of a cause to follow its names: a short change, the role of data, else its kind."""
    if _is_short(cause):
        return cause.what[0]
    if cause.role:
        return ", ".join(ROLES.get(role, role) for role in cause.role.split(", "))
    return cause.kind if cause.kind != cause.title else ""


def _is_short(cause: Cause) -> bool:
    """True for a change that one short text describes: "C 1.0 → 2.0"."""
    return bool(cause.names) and len(cause.what) == 1 and len(cause.what[0]) <= SHORT and " → " in cause.what[0]


def _details(cause: Cause) -> Iterator[Block]:
    """Yield the change of a cause, unless its row shows it already; one line if it has no effect."""
    if _is_short(cause) and not cause.noise:
        return
    if not cause.effect:
        yield line(dim(f"{cause.title}: {_cut(cause.what[0])}" if cause.what else cause.title))
        return
    first, *rest = cause.what or ("",)
    yield line(strong(cause.title), f": {first}")
    yield from (line("  ", Span(_cut(text), "code" if text[:2] in ("+ ", "- ") else "dim")) for text in rest)
    yield from (line(dim(f"  since {step.version.name}: {step.what}")) for step in cause.steps)
    if cause.noise:
        yield line(Span(f"  a repetition alone changes the metric by up to {number(cause.noise)}", "warn"))


def _untested(cause: Cause) -> Iterator[Block]:
    what = "" if _is_short(cause) else "; ".join(cause.what)
    yield line(
        "not tested: " if cause.why_not else "",
        strong(cause.title),
        dim(f" · {_about(cause)}" if _about(cause) else ""),
        f": {_cut(what)}" if what else "",
        dim(f" · {cause.why_not}" if cause.why_not else ""),
        dim(f": --limit {cause.needs_s}" if cause.needs_s else ""),
    )


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
