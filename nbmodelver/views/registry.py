"""Registered models, promotions, approvals, states and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Cell, Document, Mark, Span, Table, TableRow, dim, line, strong, without_empty
from nbmodelver.views.figures import ago, plural
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from nbmodelver.model.registry import (
        Approval,
        Deployment,
        GateResult,
        Holding,
        Registered,
        RegisteredModel,
        RegisteredVersion,
        StageMove,
        StateChange,
        VersionState,
    )

OUTCOMES: dict[str, tuple[str, Mark]] = {
    "pass": ("passed", "added"), "first": ("first", "same"), "fail": ("failed", "removed"),
    "unknown": ("unknown", "lost"),
}  # fmt: skip


def registered(found: Registered) -> Shown:
    """A registration in one line: the number, what it is and why it got this number."""
    new, before = found.registered, found.before
    after = f" (after {before.number})" if before is not None else ""
    change = f" · {new.change}: {new.reason}" if new.change and before is not None else ""
    said = line(
        strong(new.address), f" = {found.version.name} · ", Span(new.variable, "code"), change + after,
        dim(f" · no stage: %mv_promote {new.address} --to STAGE -m WHY"),
    )  # fmt: skip
    return Shown(Document((said,), "registration"), found)


def models(found: Sequence[RegisteredModel], now: datetime | None = None) -> Shown:
    """One row per registered model: its newest version, the holders of its stages, and its description."""
    if not found:
        hint = dim(" · register a version: %mv_register NAME VERSION")
        return Shown(Document((line("no registered models", hint),), "models"), [])
    rows = tuple(
        TableRow(
            (
                strong(m.name),
                m.versions[0].number,
                dim(ago(m.versions[0].at_utc, now), m.versions[0].at_utc),
                _stages(m),
                _open(m),
                m.description.partition("\n")[0][:80],
            )
        )
        for m in found
    )
    table = Table(("model", "newest", "registered", "stages and aliases", "waiting", ""), rows)
    return Shown(Document((without_empty(table),), "models"), list(found))


def _open(found: RegisteredModel) -> Cell:
    """What somebody has to decide about a model."""
    waiting = Span(plural(len(found.waiting), "request"), "warn") if found.waiting else ""
    if not found.lost:
        return waiting
    lost = Span(f"{plural(len(found.lost), 'approval')} withdrawn", "bad")
    return (waiting, " ", lost) if waiting else lost


def model(found: RegisteredModel, *, every: bool = False, now: datetime | None = None) -> Shown:
    """One model with its versions, newest first. every: also archived versions."""
    shown = [v for v in found.versions if every or not _is(found.states.get(v.number), "archived")]
    hidden = len(found.versions) - len(shown)
    owners = f" · owned by {', '.join(found.owners)}" if found.owners else ""
    blocks: list[Block] = [line(strong(found.name), dim(owners))]
    blocks += [line(text) for text in found.description.splitlines()]
    rows = tuple(_version_row(found, v, now) for v in shown)
    heads = ("version", "", "registered", "by", "stages", "state", "why this number")
    blocks.append(without_empty(Table(heads, rows)))
    if hidden:
        blocks.append(line(dim(f"{plural(hidden, 'archived version')} not shown: --all shows them")))
    blocks += [line(Span(f"waiting: {text}", "warn")) for text in found.waiting]
    blocks += [line(Span(text, "bad")) for text in found.lost]
    for stage in found.diverged:
        hint = f" · decide: %mv_promote {found.name}/NUMBER --to {stage} --settle -m WHY"
        blocks.append(line(Span(f"{stage} differs between two merged stores", "bad"), dim(hint)))
    return Shown(Document(tuple(blocks), f"model {found.name}"), found)


def holders(label: str, found: Sequence[Holding]) -> Shown:
    """The holders of a stage or alias, newest first."""
    rows = tuple(
        TableRow(
            (
                strong(h.registered.number),
                dim(h.since_utc[:16].replace("T", " ")),
                dim(h.until_utc[:16].replace("T", " ")) if h.until_utc else Span("now", "accent"),
                h.by,
                _reason(h),
            ),
            "" if h.until_utc else "current",
        )
        for h in found
    )
    if not rows:
        return Shown(Document((line(f"{label} never had a holder"),), label), [])
    table = Table(("version", "from", "until", "by", "why"), rows)
    return Shown(Document((line(strong(label)), table), label), list(found))


def _reason(holding: Holding) -> Cell:
    back = dim("back: ") if holding.kind == "back" else ""
    return (Span("forced ", "bad") if holding.forced else "", back, holding.why)


def moved(found: StageMove) -> Shown:
    """A promotion, a move back or an alias in one line; for a dry run the outcome of every gate."""
    before = f"{found.model}/{found.before.number}" if found.before is not None else "none"
    after = found.after.address if found.after is not None else "none"
    pieces: list[str | Span] = [strong(found.stage), f": {before} -> ", strong(after)]
    stopped = sum(not g.is_met for g in found.gates) if not found.forced else 0
    if found.is_dry:
        said = Span(f"{plural(stopped, 'gate')} would stop ", "bad") if stopped else dim("would move ")
        pieces = [said, *pieces]
    if found.gates and not found.forced:
        pieces.append(f" · {plural(len(found.gates), 'gate')} passed" if all(g.is_met for g in found.gates) else "")
    if found.forced:
        failed = sum(not g.is_met for g in found.gates)
        pieces.append(Span(f" · forced past {plural(failed, 'gate')}", "bad"))
    if found.approved_by:
        pieces.append(f" · approved by {', '.join(found.approved_by)}")
    pieces += [dim(f" · {note}") for note in found.notes]
    blocks: list[Block] = [line(*pieces)]
    if found.is_dry and found.gates:
        blocks.append(gates(found.gates))
    return Shown(Document(tuple(blocks), "promotion"), found)


def gates(found: Sequence[GateResult]) -> Table:
    """The outcomes of gates with the values that they compared."""
    rows = tuple(TableRow((g.gate, OUTCOMES[g.outcome][0], dim(g.measured)), OUTCOMES[g.outcome][1]) for g in found)
    return Table(("gate", "", "measured"), rows)


def approval(found: Approval) -> Shown:
    """An approval in one line, and whether it counts."""
    said = {"request": "approval asked for", "approve": "approved", "refuse": "refused", "withdraw": "withdrawn"}
    pieces: list[str | Span] = [
        f"{said[found.outcome]}: ", strong(found.registered.address), f" for {found.stage} · {found.by}",
    ]  # fmt: skip
    if found.key:
        pieces.append(f", signed {short_key(found.key)}")
    if found.why_not:
        pieces.append(Span(f" · does not count: {found.why_not}", "warn"))
    return Shown(Document((line(*pieces),), "approval"), found)


def approvals(found: Sequence[Approval], now: datetime | None = None) -> Table:
    """Statements about a version, newest first."""
    rows = tuple(
        TableRow((a.outcome, a.stage, _by(a), dim(ago(a.at_utc, now), a.at_utc), a.why, Span(a.why_not, "warn")))
        for a in reversed(found)
    )
    return without_empty(Table(("", "stage", "by", "", "why", "does not count"), rows))


def _by(found: Approval) -> Cell:
    return (found.by, dim(f" {short_key(found.key)}")) if found.key else found.by


def short_key(key: str) -> str:
    """The start of a public key."""
    return f"{key[:16]}…"


def state_changed(found: StateChange) -> Shown:
    """A deprecation, an archiving or a restoration in one line, and where the version is used."""
    would = dim("would be ") if found.is_dry else Span("")
    if found.state is None:
        return Shown(Document((line(would, strong(found.shown), " is active again"),), "state"), found)
    pieces: list[str | Span] = [would, f"{found.state.state}: ", strong(found.shown)]
    if found.state.starts_on:
        pieces.append(f" from {found.state.starts_on}")
    if found.state.use:
        pieces.append(f", use {found.state.use}")
    verb = "it leaves" if found.state.state == "archived" else "it is"
    used = [u for u in found.used_by if found.state.state != "archived" or not u.startswith(("deployed", "tag"))]
    if used:
        pieces.append(Span(f" · {verb} {', '.join(used)}", "warn"))
    return Shown(Document((line(*pieces),), "state"), found)


def deployed(now: Deployment, before: Deployment | None, stamp: str, *, is_dry: bool = False) -> Shown:
    """A recorded deployment in one line, with the stamp for predictions."""
    was = f" (before: {before.registered.address})" if before is not None and before.is_open else ""
    said = line(
        dim("would record ") if is_dry else "", strong(now.place), ": ", strong(now.registered.address), was,
        dim(" · stamp of its predictions: "), Span(stamp, "code"),
    )  # fmt: skip
    return Shown(Document((said,), "deployment"), now)


def deployments(found: Sequence[Deployment], now: datetime | None = None) -> Shown:
    """What runs where."""
    if not found:
        hint = dim(" · record one: %mv_deploy ADDRESS --to PLACE -m WHY")
        return Shown(Document((line("nothing is deployed", hint),), "deployments"), [])
    rows = tuple(
        TableRow(
            (
                strong(d.place), d.registered.address, f"{d.share_percent:g} %" if d.share_percent != 100 else "",
                dim(ago(d.since_utc, now), d.since_utc), d.by, d.why, dim(d.note),
            )
        )
        for d in found
    )  # fmt: skip
    table = Table(("place", "version", "share", "since", "by", "why", "note"), rows)
    return Shown(Document((without_empty(table),), "deployments"), list(found))


def _version_row(found: RegisteredModel, version: RegisteredVersion, now: datetime | None) -> TableRow:
    labels = found.labels(version.number)
    shown = ", ".join(f"{name} (forced)" if name in found.forced else name for name in labels)
    return TableRow(
        (
            strong(version.number),
            Span(version.variable, "code"),
            dim(ago(version.at_utc, now), version.at_utc),
            version.by,
            Span(shown, "accent") if labels else "",
            _state(found.states.get(version.number)),
            dim(f"{version.change}: {version.reason}" if version.change not in ("", "first") else version.reason),
        ),
        "current" if set(labels) & set(found.stages) else "",
    )


def _state(state: VersionState | None) -> Cell:
    if state is None:
        return ""
    when = f" from {state.starts_on}" if state.starts_on else ""
    use = f", use {state.use}" if state.use else ""
    return Span(f"{state.state}{when}: {state.why}{use}", "bad" if state.state == "archived" else "warn")


def _is(state: VersionState | None, name: str) -> bool:
    return state is not None and state.state == name


def _stages(found: RegisteredModel) -> Cell:
    named: Mapping[str, str] = {**found.stages, **found.aliases}
    return ", ".join(f"{name} {number}" for name, number in named.items())
