"""The audit log, the result of its check, traces, and the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model.event_phrases import what
from nbmodelver.views.blocks import Block, Cell, CodeBlock, Document, Span, Style, Table, TableRow, dim, line, strong
from nbmodelver.views.figures import number, plural
from nbmodelver.views.registry import approvals, deployments, short_key
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model.events import Audit, Checkpoint, Event, LogCheck, Verdict
    from nbmodelver.model.registry import ChannelState, HookState, NoticeReport, Trace

MOST_PROBLEMS = 50
LIMITS = "not proven: acts outside nbmodelver, unsigned names, clocks; a cut end only --against a checkpoint"


def audit(found: Audit) -> Shown:
    """The events, newest first: when, who, what, and why."""
    if not found.events and not found.unreadable:
        return Shown(Document((line("no events"),), "audit log"), [])
    rows = []
    later = ""
    for event in found.events:
        rows.append(_event(event, later, found))
        later = event.at_utc
    blocks: list[Block] = [Table(("", "by", "what", "", "why"), tuple(rows))]
    if found.more:
        blocks.append(line(dim("older events are not shown: --limit N shows more")))
    if found.unreadable:
        said = f"{plural(found.unreadable, 'file')} of the log cannot be read"
        blocks.append(line(Span(said, "bad"), dim(" · see %mv_audit --verify")))
    return Shown(Document(tuple(blocks), "audit log"), list(found.events))


def _event(event: Event, later: str, page: Audit) -> TableRow:
    """A row. later: the time of the event above, which came after it; a larger time here contradicts the order."""
    when = _minute(event.at_utc)
    wrong = bool(later) and event.at_utc > later
    forced = [Span("forced ", "bad")] if event.data.get("forced") else []
    why: Cell = (*forced, event.why) if not event.erased else (*forced, event.why, dim(f"({event.erased} erased)"))
    return TableRow(
        (
            Span(f"{when} (clock differs)", "warn") if wrong else dim(when),
            _by(event, page.signed.get(event.id)),
            strong(event.kind),
            _what(event, page),
            why,
        )
    )


def _what(event: Event, page: Audit) -> Cell:
    """What it did, and if that has no effect here."""
    said = what(event, page.names)
    if event.id not in page.unconfirmed:
        return said
    return (Span(f"not confirmed by {page.unconfirmed[event.id] or 'its remote'}", "warn"), " ", said)


def _by(event: Event, verdict: Verdict | None) -> Cell:
    """Who, as claimed, and the key of a signed event."""
    if event.signature is None or verdict is None:
        return event.by.shown
    key = short_key(event.signature.key)
    said, mark = _SIGNED[verdict]
    return (event.by.shown, " ", Span(said.format(key=key), mark))


_SIGNED: dict[Verdict, tuple[str, Style]] = {
    "valid": ("signed {key}", "good"),
    "wrong": ("wrong signature of {key}", "bad"),
    "unchecked": ("signature of {key} not verified", "warn"),
}


def checked(found: LogCheck) -> Shown:
    """The outcome of a check of the log: what is proven, what is not, and every problem."""
    count = f"{plural(found.events, 'event')} of {plural(found.writers, 'writer')}"
    if not found.problems:
        state = Span("unbroken", "good") if not found.accepted else Span("broken, as accepted", "warn")
        said = line(count, ", ", state, " · refs agree", dim(f" · {LIMITS}"))
        blocks: list[Block] = [said]
    else:
        shown = found.problems[:MOST_PROBLEMS]
        rows = tuple(TableRow((Span(p.what, "bad"), Span(p.object[:20], "code"))) for p in shown)
        first = line(count, ", ", Span(plural(len(found.problems), "problem"), "bad"))
        blocks = [first, Table(("what", "where"), rows)]
    blocks += _signatures(found)
    blocks += [line(dim(f"accepted: {p.what} ({p.object[:20]})")) for p in found.accepted[:MOST_PROBLEMS]]
    for known in found.checkpoints:
        signed = f", signed {short_key(known.key)}" if known.key else ", not signed"
        blocks.append(line(dim(f"compared with checkpoint {known.fingerprint} of {known.at_utc[:10]}{signed}")))
    blocks += [line(Span(f"{ref} differs between two merged stores", "warn")) for ref in found.diverged]
    if found.unconfirmed:
        count = plural(found.unconfirmed, "event")
        blocks.append(line(Span(f"{count} without effect here, not confirmed by the remote", "warn")))
    return Shown(Document(tuple(blocks), "check of the audit log"), found)


def _signatures(found: LogCheck) -> list[Block]:
    """What is known about the signatures."""
    blocks: list[Block] = []
    if found.signed:
        count = len({key for _, key in found.signers})
        blocks.append(line(f"{plural(found.signed, 'signed event')} of {plural(count, 'key')}"))
    if found.unchecked:
        said = f"{plural(found.unchecked, 'signature')} not verified"
        blocks.append(line(Span(said, "warn"), dim(" · pip install 'nbmodelver[sign]'")))
    blocks += [line(Span(f"no policy of then lists the key {key}", "warn")) for key in found.unknown_keys]
    return blocks


def signing_key(public: str, path: str, *, is_on: bool) -> Shown:
    """The public key of the user, and what to do with it."""
    said = line(strong(public), dim(f" · your key in {path}"))
    used = "it signs your approvals, promotions, policies and checkpoints · list it in the roles of a policy"
    off = Span("signing is switched off in this store: %mv_config sign on", "warn")
    return Shown(Document((said, line(dim(used) if is_on else off)), "signing key"), public)


def pinned_keys(found: Mapping[str, str]) -> Shown:
    """The public keys that the user trusts to sign policies."""
    rows = tuple(TableRow((strong(key), dim(at[:10]))) for key, at in found.items())
    table: Block = Table(("pinned key", "since"), rows) if rows else line("no key is pinned")
    return Shown(Document((table,), "pinned keys"), dict(found))


def check_result(event: Event | None, name: str, version: str) -> Shown:
    """The newest result of a check of a version. event: None without a result."""
    if event is None:
        hint = dim(f" · run one: %%mv_check {name} {version}")
        return Shown(Document((line(f"no result of check {name} for {version}", hint),), "check"), None)
    passed = event.data.get("outcome") == "pass"
    verdict = Span("passed", "good") if passed else Span("failed", "bad")
    message = str(event.private.get("message", ""))
    figures = event.data.get("figures")
    kept = f" · {plural(len(figures), 'figure')} kept" if isinstance(figures, list) else ""
    said = line(
        f"check {name} of {version} ", verdict, f": {message}" if message else "", kept, dim(f" · {event.by.shown}")
    )  # fmt: skip
    return Shown(Document((said,), "check"), event)


def checkpoint(found: Checkpoint, path: str) -> Shown:
    """A checkpoint that was written."""
    where = f"tag nbmodelver/checkpoint-{found.fingerprint}" if path == "git" else path
    signed = f" · signed {short_key(found.key)}" if found.key else ""
    keep = " · push it: git push --tags" if path == "git" else " · keep it in another place, such as a Git repository"
    said = line(
        "checkpoint ", strong(found.fingerprint), f" · {plural(found.events, 'event')} · ", Span(where, "code"), signed,
        dim(keep),
    )  # fmt: skip
    return Shown(Document((said,), "checkpoint"), found)


def traced(found: Trace) -> Shown:
    """What is known about a version, most important first, and what is not."""
    version = found.version
    names = ", ".join(r.address for r in found.registered) or version.name
    metrics = [f"{name} {number(value)}" for name, value in list(version.metrics.items())[:3]]
    git = f"git {version.git.commit[:7]}{' (dirty)' if version.git.dirty else ''}" if version.git else ""
    python = str(found.environment.get("python", ""))
    parts = [
        *metrics, f"data {', '.join(found.data)}" if found.data else "", version.notebook_path, git,
        f"Python {python}" if python else "",
    ]  # fmt: skip
    said = line(strong(names), f" = {version.name} · ", " · ".join(p for p in parts if p))
    blocks: list[Block] = [said]
    if found.state is not None:
        blocks.append(line(Span(f"{found.state.state}: {found.state.why}", "warn")))
    for label, holding in found.held:
        times = f"{_minute(holding.since_utc)} to {_minute(holding.until_utc) or 'now'}"
        blocks.append(line(f"  {label}: {times}", dim(f" · {holding.why}")))
    if found.approvals:
        blocks.append(approvals(found.approvals))
    if found.deployments:
        blocks += deployments(found.deployments).document.blocks
    blocks.append(line(dim(f"not known: {'; '.join(found.not_known)}")))
    return Shown(Document(tuple(blocks), "trace"), found)


def _minute(at_utc: str) -> str:
    return at_utc[:16].replace("T", " ")


def policy(
    in_force: str,
    draft: str | None,
    problem: str = "",
    weaker: Sequence[str] = (),
    *,
    hooks: Sequence[HookState] = (),
    channels: Sequence[ChannelState] = (),
    value: object = None,
) -> Shown:
    """The policy in force, and whether the draft differs. in_force: its TOML, "" for the default policy.

    hooks, channels: of the policy in force, as this user allowed and configured them.
    """
    blocks: list[Block] = []
    if in_force:
        blocks += [line(strong("policy in force")), CodeBlock(tuple(in_force.splitlines()), whole=True)]
    else:
        blocks.append(line("no policy was adopted: stages development, staging, production, and no gates"))
    if problem:
        blocks.append(line(Span(f"the draft is invalid: {problem}", "bad")))
    elif draft is not None and draft != in_force:
        hint = dim(" · adopt it: %mv_policy adopt -m WHY")
        blocks.append(line(Span("the draft differs and is not used", "warn"), hint))
    blocks += [line(Span(f"weaker: {text}", "warn")) for text in weaker]
    blocks += [_hook(h) for h in hooks]
    blocks += [_channel(c) for c in channels]
    return Shown(Document(tuple(blocks), "policy"), value)


def _hook(hook: HookState) -> Block:
    """A hook, and how to allow it."""
    if hook.problem:
        return line("hook ", Span(hook.label, "code"), Span(f" · cannot run: {hook.problem}", "bad"))
    if hook.is_allowed:
        return line("hook ", Span(hook.label, "code"), dim(f" · you allowed it ({hook.fingerprint})"))
    hint = dim(f" · read it, then: %mv_policy allow {hook.fingerprint}")
    return line("hook ", Span(hook.label, "code"), Span(" · not allowed by you", "warn"), hint)


def _channel(channel: ChannelState) -> Block:
    told = f" is notified of {', '.join(channel.told_of)}"
    if channel.address:
        return line("channel ", strong(channel.name), told, dim(f" · {channel.address}"))
    hint = dim(f" · %mv_config channel.{channel.name} ADDRESS")
    return line("channel ", strong(channel.name), told, Span(" · it has no address here", "warn"), hint)


def allowed(found: Sequence[HookState]) -> Shown:
    """Hooks that the user allowed, or no longer allows."""
    rows = [
        line("allowed: " if h.is_allowed else "no longer allowed: ", Span(h.label, "code"), dim(f" · {h.fingerprint}"))
        for h in found
    ]
    return Shown(Document(tuple(rows), "hooks"), list(found))


def notified(found: NoticeReport) -> Shown:
    """What was sent of the notifications that waited, and what still waits."""
    if found.is_busy:
        said = f"another process is sending · {plural(len(found.waiting), 'notification')} waiting"
        return Shown(Document((line(said),), "notifications"), found)
    blocks: list[Block] = [line(f"{plural(found.sent, 'notification')} sent" if found.sent else "nothing was sent")]
    for notice in found.waiting:
        tried = f" · {plural(notice.tries, 'attempt')}" if notice.tries else ""
        state = Span("given up", "bad") if notice.given_up else Span("waits", "warn")
        why = Span(f": {notice.error}", "warn") if notice.error else ""
        blocks.append(line(f"{notice.kind} for ", strong(notice.channel), " ", state, why, dim(tried)))
    return Shown(Document(tuple(blocks), "notifications"), found)
