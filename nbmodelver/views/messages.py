"""Renders messages of the kernel as HTML for the plain widgets, which have no code in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.model import Cause, CauseStep, Change, Explanation, Plan, Row, Section, Version, VersionId
from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong, title
from nbmodelver.views.diff import section_blocks
from nbmodelver.views.figures import ago, number, plural, size
from nbmodelver.views.html import to_html
from nbmodelver.views.plan import plan
from nbmodelver.views.values import value_cell
from nbmodelver.views.visible import visible
from nbmodelver.views.why import why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.views.asking import Message


def state_html(state: Message) -> str:
    """The current version, branch and store in one or two lines."""
    head = state["head"]
    if state["store"] is None:
        return _html(line(dim("no store yet: the first commit creates one")))
    facts: list[str | Span] = [strong(head["name"] if head else "no versions"), dim(" on "), state["branch"]]
    facts += [dim(f" · {plural(state['versions'], 'version')} · {size(state['stored_bytes'])}")]
    if state["busy"]:
        facts.append(Span(" · a cell is running", "warn"))
    changed = state["uncommitted"]
    if changed:
        facts.append(Span(f" · not committed: {', '.join(c['name'] for c in changed[:8])}", "warn"))
    waiting = [line(dim(f"waits for the cell: {q['what']}")) for q in state["queued"]]
    return _html(line(*facts), *waiting)


def said_html(text: str, hint: str = "", *, failed: bool = False) -> str:
    """The outcome of an action."""
    first = line(Span(text, "bad" if failed else "good"))
    return _html(first, line(dim(hint))) if hint else _html(first)


def plan_html(message: Message, *, done: bool = False) -> str:
    """The plan of a rollback."""
    changes = tuple(Change(**c) for c in message["changes"])
    planned = Plan(
        _version(message["version"]),
        changes,
        message["load_bytes"],
        tuple(message["environment"]),
        tuple(message["notes"]),
        message["saves_first"],
    )
    return to_html(plan(planned, done=done).document)


def _version(message: Message) -> Version:
    return Version(VersionId(message["id"]), _number_of(message["name"]), message=message["message"])


def _number_of(name: str) -> int:
    digits = name.removeprefix("v")
    return int(digits) if digits.isdecimal() else 0


def diff_html(message: Message) -> str:
    """A comparison of two versions, section by section."""
    sections = [_section(s) for s in message["sections"]]
    blocks: list[Block] = [title(message["before"]["name"], " → ", message["after"]["name"])]
    blocks += [b for s in sections if s.differs or s.note for b in section_blocks(s)]
    same = [s.title for s in sections if not s.differs and not s.note]
    if same:
        blocks.append(line(dim(f"unchanged: {', '.join(same)}")))
    return _html(*blocks)


def explanation_html(message: Message) -> str:
    """Why a metric differs between two versions."""
    before, after = _named(message["before"]), _named(message["after"])
    values = (float(message["values"][0]), float(message["values"][1]))
    found = Explanation(
        message["metric"],
        message["expression"],
        before,
        after,
        values,
        tuple(map(_cause, message["causes"])),
        exchanged=tuple((name, float(value)) for name, value in message["exchanged"].items()),
        tests=message["tests"],
        seconds=message["seconds"],
        notes=tuple(message["notes"]),
    )
    return to_html(why(found).document)


def _cause(message: Message) -> Cause:
    return Cause(
        message["kind"],
        tuple(message["names"]),
        tuple(message["what"]),
        message["role"],
        _metric(message["without"]),
        _metric(message["alone"]),
        _metric(message["effect"]),
        message["why_not"],
        message["needs_s"],
        float(message["noise"]),
        tuple(message["again"]),
        tuple(
            CauseStep(_named(step["version"]), step["what"], float(step["value"]), float(step["effect"]))
            for step in message["steps"]
        ),
    )


def _named(name: str) -> Version:
    return Version(VersionId(""), _number_of(name))


def _metric(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def _section(message: Message) -> Section:
    rows = tuple(Row(tuple(r["cells"]), r["status"]) for r in message["rows"])
    return Section(
        message["id"],
        message["title"],
        tuple(message["columns"]),
        rows,
        tuple(message["lines"]),
        message["note"],
        directions=message.get("directions", {}),
    )


def comparison_html(message: Message) -> str:
    """Several versions side by side."""
    heads = ("", *(v["name"] for v in message["versions"]))
    blocks: list[Block] = []
    for key, said in (("metrics", "Metrics"), ("params", "Parameters that differ")):
        rows = tuple(
            TableRow((strong(r["name"]), *(dim("-") if v is None else value_cell(v) for v in r["values"])))
            for r in message[key]
            if r["differs"] or key == "metrics"
        )
        if rows:
            blocks += [title(said, level=2), Table(heads, rows, frozenset(range(1, len(heads))))]
    return _html(*(blocks or [line(dim("nothing to compare"))]))


def version_html(message: Message) -> str:
    """One version in full."""
    return _html(*_about(message))


def _about(message: Message) -> Iterator[Block]:
    yield title(message["name"], dim(f"  {message['message']}"))
    yield line(
        dim(f"{message['id'][:12]} · {ago(message['saved_at_utc'])} · {', '.join(message['tags']) or 'no tags'}")
    )
    yield from (line(text) for text in message["note"].splitlines())
    yield Table(
        ("variable", "kind", "type", "size"),
        tuple(
            TableRow((strong(k["name"]), k["kind"], Span(k["type"], "code"), size(k["size_bytes"])))
            for k in message["kept"]
        ),
        frozenset({3}),
    )
    for key in ("metrics", "params"):
        if message[key]:
            write = (lambda v: number(float(v))) if key == "metrics" else value_cell
            cells = ((strong(n), write(v)) for n, v in message[key].items())
            yield title(key, level=2)
            yield Table(("", ""), tuple(map(TableRow, cells)))
    yield from (line(Span("not kept: ", "warn"), s["name"], f": {s['reason']}") for s in message["skipped"])


def label(entry: Message, head: str = "") -> str:
    """A version as one line of a list."""
    metrics = "  ".join(f"{n} {number(float(v))}" for n, v in list(entry["metrics"].items())[:3])
    names = " ".join((*entry["branches"], *entry["tags"]))
    said = entry["message"] or (f"({entry['auto']})" if entry["auto"] else "")
    mark = "●" if entry["id"] == head else " "
    return _one_line(f"{mark} {entry['name']}", names, said, metrics, ago(entry["saved_at_utc"]))


def _one_line(*pieces: str) -> str:
    return visible("  ".join(p for p in pieces if p))


def _html(*blocks: Any) -> str:
    return to_html(Document(tuple(blocks)))


def name_label(name: Message) -> str:
    """A live name as one line of a list."""
    amount = size(name["size_bytes"]) if name["size_bytes"] is not None else ""
    return _one_line(name["name"], name["kind"], name["type"], amount, name["status"])


def problems_html(names: list[Message]) -> str:
    """The names that cannot be saved, with the reasons."""
    return _html(*(line(Span("cannot be kept: ", "warn"), strong(n["name"]), f": {n['problem']}") for n in names))
