"""Remotes: their list, and what a push, fetch, pull, clone or gc did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.figures import duration, plural, size
from nbmodelver.views.plan import plan as shown_plan
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model.remotes import Collected, Fetched, OwnKey, Pulled, Pushed, RemoteMembers

RULES = {
    "swap": "concurrent pushes are safe",
    "numbered": "concurrent pushes are safe",
    "single writer": "ONE writer only: this place cannot tell concurrent pushes apart",
    "read only": "read only",
}
MOST_NAMES = 6
MOST_MOVES = 3


@dataclass(frozen=True)
class RemoteRow:
    """A remote for the list. branches: (name, relation, ahead, behind, is current)."""

    name: str
    address: str
    rule: str
    rights: str
    lazy: bool
    branches: tuple[tuple[str, str, int, int, bool], ...] = ()
    unsent: int = 0
    problem: str = ""
    encrypted: bool = False


def remotes(rows: Sequence[RemoteRow], value: object) -> Shown:
    """The remotes, each with its branches."""
    if not rows:
        hint = "no remote yet: %mv_remote add origin ADDRESS"
        return Shown(Document((line(dim(hint)),), "remotes"), value)
    return Shown(Document(tuple(block for row in rows for block in _remote(row)), "remotes"), value)


def _remote(row: RemoteRow) -> Iterator[Block]:
    state = f" · {plural(row.unsent, 'version')} not pushed" if row.unsent else " · everything pushed"
    more = "".join(f" · {one}" for one in _facts(row))
    yield line(
        strong(row.name), " ", Span(row.address, "code"), dim(more), Span(state, "warn" if row.unsent else "dim")
    )
    if row.problem:
        yield line("  ", Span(row.problem, "warn"))
    rows = tuple(
        TableRow((Span(name, "accent"), _relation(name, relation, ahead, behind)), "current" if current else "")
        for name, relation, ahead, behind, current in row.branches
    )
    if rows:
        yield Table(("", ""), rows)


def _relation(name: str, relation: str, ahead: int, behind: int) -> str:
    if relation == "same":
        return "up to date"
    if relation == "new":
        return f"only there: %mv_pull --branch {name}"
    if relation == "only here":
        return "only here"
    return " · ".join(f"{count} {word}" for count, word in ((ahead, "ahead"), (behind, "behind")) if count)


def _facts(row: RemoteRow) -> list[str]:
    facts = (row.rights, "lazy" if row.lazy else "", "encrypted" if row.encrypted else "")
    return [one for one in facts if one]


def remote_added(row: RemoteRow, value: object, own: OwnKey | None = None) -> Shown:
    """A remote that was added or checked, and what the place does. own: the key that opens an encrypted one."""
    rule = RULES.get(row.rule, row.rule)
    lines = [
        line(
            "remote ", strong(row.name), " is ", Span(row.address, "code"),
            dim("".join(f" · {one}" for one in _facts(row))),
            Span(f" · {rule}", "warn" if row.rule == "single writer" else "dim"),
        )
    ]  # fmt: skip
    if own is not None and own.path is not None:
        lines.append(line("keep a copy of ", Span(str(own.path), "code"), ": without a key nobody can read the remote"))
    return Shown(Document(tuple(lines), "remote"), value)


def own_key(own: OwnKey) -> Shown:
    """The public key of this user."""
    return Shown(Document((line(Span(own.public, "code")),), "key"), own.public)


def remote_members(members: RemoteMembers) -> Shown:
    """Who can read an encrypted remote, one key a line."""
    notes = {members.own: " · you", **dict.fromkeys(members.new, " · added")}
    first = line(strong(members.remote), f" can be read with {plural(len(members.keys), 'key')}")
    keys = (line("  ", Span(key, "code"), dim(notes.get(key, ""))) for key in members.keys)
    return Shown(Document((first, *keys), "members"), members)


def pushed(done: Pushed, names: Sequence[str]) -> Shown:
    """What a push sent, in one line, and one for each forced ref."""
    if done.did_nothing:
        said = line(strong(done.remote), " has everything")
        return Shown(Document((said,), "push"), done)
    verb = "would send " if done.dry_run else ""
    moved = [change.ref.partition("/")[2] for change in done.changes if change.ref.startswith("heads/")]
    tags = [change.ref.partition("/")[2] for change in done.changes if change.ref.startswith("tags/")]
    other = len(done.changes) - len(moved) - len(tags)
    pieces = [
        _versions(names),
        f"{size(done.bytes)} in {plural(done.packs, 'pack')}" if done.packs else size(done.bytes) if done.bytes else "",
        f"branch {', '.join(moved)}" if moved else "",
        f"tag {', '.join(tags)}" if tags else "",
        f"{plural(other, 'move')} of models and stages" if other else "",
        plural(done.events, "event") if done.events else "",
        "" if done.dry_run else duration(done.seconds),
        f"{done.rounds} rounds, because others pushed meanwhile" if done.rounds > 1 else "",
    ]
    said = line(f"{verb}{'to ' if not verb else ''}", strong(done.remote), ": ", " · ".join(filter(None, pieces)))
    forced = [line(Span(f"forced: {change.ref}", "warn")) for change in done.changes if change.forced]
    return Shown(Document((said, *forced), "push"), done)


def fetched(done: Fetched, names: Sequence[str]) -> Shown:
    """What a fetch brought, in one line, one for each branch and each tag that moved."""
    return Shown(Document(tuple(_fetched(done, names)), "fetch"), done)


def _fetched(done: Fetched, names: Sequence[str]) -> Iterator[Block]:
    if done.did_nothing:
        yield line(strong(done.remote), " has nothing new")
    else:
        verb = "would bring " if done.dry_run else "from "
        pieces = [
            _versions(names),
            "without values" if done.lazy and names else size(done.bytes) if done.bytes else "",
            plural(done.events, "event") if done.events else "",
            f"branch {', '.join(done.branches)}" if done.branches else "",
            "" if done.dry_run else duration(done.seconds),
        ]
        yield line(verb, strong(done.remote), ": ", " · ".join(filter(None, pieces)))
    for move in done.moved:
        if move.ref.startswith("tags/") and move.before is not None:
            yield line(Span(f"tag {move.ref.partition('/')[2]} was moved by others", "warn"))
    yield from _unapplied(done)
    if done.replaced:
        count = plural(len(done.replaced), "version")
        yield line(Span(f"{count} here were purged elsewhere: %mv_purge NAME removes what was purged", "warn"))


def _unapplied(done: Fetched) -> Iterator[Block]:
    """One line about the moves of models that have no effect here."""
    if done.unapplied:
        count, some = len(done.unapplied), "; ".join(done.unapplied[:MOST_MOVES])
        were, it = ("was", "it") if count == 1 else ("were", "them")
        more = f"; and {count - MOST_MOVES} more" if count > MOST_MOVES else ""
        said = f"the head registry of {done.remote} does not have {it} ({some}{more})"
        yield line(Span(f"{plural(count, 'move')} of models {were} not applied: {said}", "warn"))


def pulled(done: Pulled, names: Sequence[str], ends: tuple[str, str]) -> Shown:
    """What a pull brought, and what it changed."""
    branch, remote = Span(done.branch, "accent"), done.fetched.remote
    if done.outcome == "merged":
        return Shown(Document((*_fetched(done.fetched, names), line(branch, f" merged with {remote}")), "pull"), done)
    if done.outcome in ("up to date", "ahead"):
        ahead = len(done.before.ahead)
        said = f" is {plural(ahead, 'version')} ahead of {remote}: %mv_push" if ahead else " is up to date"
        return Shown(Document((*_other(done, names), line(branch, said)), "pull"), done)
    blocks = [*_fetched(done.fetched, names)]
    if done.outcome != "fetched":
        blocks.append(line(branch, f" {ends[0]} → " if ends[0] else " ", strong(ends[1]), *_authors(done)))
    if done.note:
        blocks.append(line(Span(done.note, "warn")))
    if done.plan is not None:
        blocks += shown_plan(done.plan, done=True).document.blocks
    return Shown(Document(tuple(blocks), "pull"), done)


def _other(done: Pulled, names: Sequence[str]) -> Iterator[Block]:
    if not done.fetched.did_nothing:
        yield from _fetched(done.fetched, names)


def _authors(done: Pulled) -> Iterator[Span]:
    if done.authors:
        yield dim(f" by {', '.join(done.authors)}")


def cloned(folder: str, done: Fetched, versions: int, value: object) -> Shown:
    """A new store with the versions of a remote."""
    amount = "values are loaded when needed" if done.lazy else size(done.bytes)
    said = line(
        strong(plural(versions, "version")),
        " in ",
        Span(folder, "code"),
        dim(f" · {amount} · {duration(done.seconds)}"),
    )
    return Shown(Document((said, *_unapplied(done)), "clone"), value)


def remote_collected(done: Collected) -> Shown:
    """What a gc of a remote marked and deleted."""
    if done.did_nothing:
        said = line(strong(done.remote), f" has nothing to remove · {plural(done.versions, 'version')}")
        return Shown(Document((said,), "gc"), done)
    would = "would " if done.dry_run else ""
    pieces = [
        f"{would}delete {size(done.deleted_bytes)} in {plural(done.deleted, 'object')}" if done.deleted else "",
        f"{would}mark {size(done.condemned_bytes)} in {plural(done.condemned, 'pack')} for deletion"
        if done.condemned
        else "",
        f"{plural(done.waiting, 'pack')} marked earlier wait" if done.waiting else "",
        f"{would}drop {plural(done.dropped, 'version')}" if done.dropped else "",
        f"{would}rewrite {size(done.rewritten_bytes)}" if done.rewritten_bytes else "",
    ]
    return Shown(Document((line(strong(done.remote), ": ", " · ".join(filter(None, pieces))),), "gc"), done)


def purged_remote(here: Shown, value: object, remote: str, deleted_bytes: int | None, writers: Sequence[str]) -> Shown:
    """What a purge removed here and at a remote. here: the answer of the purge here. deleted_bytes: None if not yet."""
    there = "the same versions" if deleted_bytes is None else f"{size(deleted_bytes)} deleted"
    blocks: list[Block] = [*here.document.blocks, line("at ", strong(remote), f": {there}")]
    if writers:
        reach = f"not reached: the clones of {', '.join(writers)}, until they run the same purge"
        blocks.append(line(Span(reach, "warn")))
    blocks.append(line(dim("not reached: bundles and backups that were made before")))
    return Shown(Document(tuple(blocks), "purge"), value)


def _versions(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    return shown if len(names) == 1 else f"{plural(len(names), 'version')} ({shown})"


def pointers(rows: Sequence[tuple[str, str, str]], value: object) -> Shown:
    """The pointer files of a Git repository: (file, version, state)."""
    if not rows:
        return Shown(Document((line(dim("no pointer yet: %mv_git write")),), "pointers"), value)
    table = Table(("", "", ""), tuple(TableRow((Span(f, "code"), strong(v), s)) for f, v, s in rows))
    return Shown(Document((table,), "pointers"), value)


def notes(sentences: Sequence[str], otherwise: str) -> Shown:
    """Return sentences for the user, one per line. otherwise: the text that is shown without sentences."""
    blocks = tuple(line(Span(one, "warn")) for one in sentences) or (line(dim(otherwise)),)
    return Shown(Document(blocks, "notes"), list(sentences))


def hooks_installed(written: Sequence[str], foreign: Sequence[tuple[str, str]], value: object) -> Shown:
    """The hooks of Git that were written, and the lines to add to hooks of others."""
    blocks: list[Block] = [line("hooks written: ", strong(", ".join(written) or "none"))]
    blocks += [line(Span(f"{name} is another hook; add to it: {text}", "warn")) for name, text in foreign]
    return Shown(Document(tuple(blocks), "hooks"), value)
