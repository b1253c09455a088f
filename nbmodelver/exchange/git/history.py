"""The commits, branches and tags of a Git repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.exchange.git.objects import GitObjects

MOST_COMMITS = 200_000
MOST_COMMIT_BYTES = 1 << 20
VERSION = "Nbmodelver-Version"
DIGEST = "Nbmodelver-Digest"
BRANCH = "Nbmodelver-Branch"
WRITER = "nbmodelver <nbmodelver@localhost>"
"""The committer of our commits, and the tagger of our tags."""
_PERSON = re.compile(r"(.*?) ?<([^<>]*)> (-?\d{1,15}) ([+-]\d{4})$")
_TRAILER = re.compile(r"([A-Za-z0-9-]+): (.*)")
_EXPERIMENT = re.compile(r"refs/exps/[0-9a-f]{2}/[0-9a-f]{38}/(.+)")
_REFS = (
    "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(taggername)%00%(taggerdate:unix)"
)


@dataclass(frozen=True)
class GitCommit:
    """A commit. at_utc: ISO 8601 with "Z", of its author. committer: "Name <mail>"."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    at_utc: str
    committer: str
    message: str

    @property
    def is_ours(self) -> bool:
        """True if an export of ours wrote it."""
        return self.committer == WRITER and bool(self.trailer(VERSION))

    def trailer(self, key: str) -> str:
        """Return the value of a trailer, "" without it."""
        last = self.message.rstrip().rpartition("\n\n")[2]
        found = [m[2] for line in last.splitlines() if (m := _TRAILER.fullmatch(line)) and m[1] == key]
        return found[-1].strip() if found else ""


@dataclass(frozen=True)
class GitRef:
    """A branch or tag. commit: where it leads. object_id: of the tag object, or the commit without one."""

    name: str
    commit: str
    object_id: str
    tagger: str = ""
    tagged_s: int = 0

    @property
    def is_annotated(self) -> bool:
        """True for a tag with an object of its own."""
        return self.object_id != self.commit


def refs(repository: GitFolder, *prefixes: str) -> list[GitRef]:
    """Return the refs below some prefixes that lead to a commit, sorted by name."""
    found = []
    for line in repository.run("for-each-ref", f"--format={_REFS}", *prefixes).decode("utf-8", "replace").splitlines():
        name, kind, object_id, inner_kind, inner, tagger, at = line.split("\0")
        commit = object_id if kind == "commit" else inner if inner_kind == "commit" else ""
        if commit:
            found.append(GitRef(name, commit, object_id, tagger, int(at) if at.isdigit() else 0))
    return found


def tip(repository: GitFolder, ref: str) -> str:
    """Return the commit to which a ref leads, "" if it does not exist."""
    answer = repository.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", may_fail=True)
    return answer.decode("ascii", "replace").strip()


def commits(repository: GitFolder, objects: GitObjects, tips: Sequence[str]) -> Iterator[GitCommit]:
    """Yield the commits that some commits reach, parents before children. Raises LimitExceeded, Damaged."""
    text = "\n".join(dict.fromkeys(tips)).encode()
    listed = repository.run("rev-list", "--topo-order", "--reverse", "--stdin", text=text).decode("ascii").split()
    if len(listed) > MOST_COMMITS:
        raise LimitExceeded(
            f"'{repository.folder}' has {len(listed):,} commits, more than {MOST_COMMITS:,}", "import a shallow clone"
        )
    for commit_id in listed:
        yield parsed(commit_id, objects.read(commit_id, "commit", MOST_COMMIT_BYTES))


def parsed(commit_id: str, data: bytes) -> GitCommit:
    """Return a commit by its object."""
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n")]
    first = {key: value for key, _, value in reversed(lines)}
    author, at = _person(first.get("author", ""))
    committer, _ = _person(first.get("committer", ""))
    parents = tuple(value for key, _, value in lines if key == "parent")
    return GitCommit(
        commit_id, first.get("tree", ""), parents, author.removesuffix(" <>"), at, committer, message.strip("\n")
    )


def _person(text: str) -> tuple[str, str]:
    """Return "Name <mail>" and the time of an author or committer."""
    found = _PERSON.match(text)
    if found is None:
        return text[:200], ""
    try:
        at = datetime.fromtimestamp(int(found[3]), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OSError, OverflowError):
        at = ""
    return f"{found[1]} <{found[2]}>", at


def branches(repository: GitFolder, every: Sequence[GitCommit]) -> dict[str, str]:
    """Return commit -> name of its branch: of the first one that reaches it by first parents.

    The branch that is checked out comes first, then main and master, the others, those of remotes, and experiments of
    DVC.
    """
    first_parent = {one.id: one.parents[0] if one.parents else "" for one in every}
    found: dict[str, str] = {}
    for name, commit in _named_tips(repository):
        while commit in first_parent and commit not in found:
            found[commit] = name
            commit = first_parent[commit]  # noqa: PLW2901  # follows first parents
    return found


def tips(repository: GitFolder) -> list[str]:
    """Return the commits to which branches, tags, HEAD and experiments of DVC lead."""
    named = [commit for _, commit in _named_tips(repository)]
    head = tip(repository, "HEAD")
    return [*filter(None, [head]), *named, *(one.commit for one in refs(repository, "refs/tags"))]


def _named_tips(repository: GitFolder) -> list[tuple[str, str]]:
    head = repository.run("symbolic-ref", "-q", "HEAD", may_fail=True).decode("utf-8", "replace").strip()
    order = [head, "refs/heads/main", "refs/heads/master"]
    local = refs(repository, "refs/heads")
    local.sort(key=lambda one: (order.index(one.name) if one.name in order else len(order), one.name))
    found = [(one.name.removeprefix("refs/heads/"), one.commit) for one in local]
    for one in refs(repository, "refs/remotes"):
        name = one.name.split("/", 3)[-1]
        if name != "HEAD":
            found.append((name, one.commit))
    experiments = [(_EXPERIMENT.fullmatch(one.name), one.commit) for one in refs(repository, "refs/exps")]
    return found + [(f"exp-{match[1]}", commit) for match, commit in experiments if match]
