"""Brings tags of Git to where they are here: v7 for each version, our tags, and the tags of GTO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.exchange.git import gto, history
from nbmodelver.exchange.git.stream import NewTag, seconds, write_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.exchange.git.history import GitRef
    from nbmodelver.model.exchange import Facts

_TAGGER = history.WRITER.partition(" <")[0]


def write_labels(
    repository: GitFolder, every: Sequence[Facts], commits: Mapping[str, str], artifact: str
) -> Iterator[str]:
    """Write the tags that are missing, and move those of ours. Yield what was moved and what was not.

    commits: version id -> commit. artifact: registers all versions with GTO under this name, "" for none.
    A tag of somebody else stays where it is. Raises StoreError.
    """
    refs = history.refs(repository, "refs/tags")
    known = {ref.name.removeprefix("refs/tags/"): ref for ref in refs}
    there = [facts for facts in every if facts.id in commits]
    ours = set(commits.values())
    made: list[NewTag] = []
    for facts in there:
        for name in (facts.name, *facts.tags):
            made += _tag(name, facts, commits[facts.id], known.get(name), ours)
        yield from _kept(facts, commits[facts.id], known, ours)
    made += gto.GtoMoves(refs, commits, artifact).of(there)
    failed = write_tags(repository, made)
    for tag in made:
        if tag.name in failed:
            yield f"tag {tag.name} was not set: another tag or program is in the way"
        elif tag.before:
            yield f"tag {tag.name} was moved"
    moves = [tag.name for tag in made if "#" in tag.name and tag.name not in failed]
    if moves:
        yield f"stages: {', '.join(moves[:20])}"


def _tag(name: str, facts: Facts, commit: str, before: GitRef | None, ours: set[str]) -> list[NewTag]:
    """Return the tag to write for one name: none if it is there, or belongs to somebody else."""
    if before is not None and (before.commit == commit or not _is_ours(before, ours)):
        return []
    message = f"{facts.name}: {facts.message}" if facts.message else facts.name
    replaced = "" if before is None else before.object_id
    return [NewTag(name, commit, seconds(facts.saved_at_utc), message, replaced)]


def _kept(facts: Facts, commit: str, known: Mapping[str, GitRef], ours: set[str]) -> Iterator[str]:
    for name in (facts.name, *facts.tags):
        before = known.get(name)
        if before is not None and before.commit != commit and not _is_ours(before, ours):
            yield f"tag {name} was there and stays: {facts.name} is commit {commit[:10]}"


def _is_ours(ref: GitRef, ours: set[str]) -> bool:
    return ref.is_annotated and ref.tagger == _TAGGER and ref.commit in ours
