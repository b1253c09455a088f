"""The options of a commit, and the check of what a caller passed before any value is encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from nbmodelver.repo.commit.commit import Commit
from nbmodelver.repo.commit.context import CommitContext
from nbmodelver.repo.core.labels import Labels, labels, require_names, require_roles
from nbmodelver.store import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbmodelver.comparison.code.roles import Role
    from nbmodelver.model import Json
    from nbmodelver.repo.core.open_store import OpenStore


class CommitOptions(TypedDict, total=False):
    """The options that `Repo.commit` and `Repo.commit_later` share; `Repo.commit` documents them."""

    metrics: Mapping[str, float | tuple[float, str]] | None
    params: Mapping[str, Json] | None
    tags: str | Sequence[str]
    note: str
    roles: Mapping[str, Role] | None
    namespace: dict[str, Any] | None
    around: CommitContext | None
    allow_secrets: Collection[str]
    most_mb: float | None
    verify_load: bool | None


class StartedCommit(NamedTuple):
    """A commit whose arguments are checked. verify: decode every group once before the version is written."""

    work: Commit
    labels: Labels
    context: CommitContext
    verify: bool


def start(
    store: OpenStore, values: Mapping[str, Any], message: str, options: CommitOptions, **more_labels: Any
) -> StartedCommit:
    """Check the arguments of a commit and wait for a commit in the background. Stores nothing.

    more_labels: fields of `Labels` that no option sets.
    Raises TypeError for an unknown option, UsageError, BadName, StoreReadOnly, StoreError.
    """
    unknown = sorted(options.keys() - CommitOptions.__annotations__.keys())
    if unknown:
        raise TypeError(f"a commit has no option '{unknown[0]}'")
    checked = labels(
        message, options.get("note", ""), options.get("metrics"), options.get("params"), options.get("tags", ()),
        roles=require_roles(options.get("roles")), **more_labels,
    )  # fmt: skip
    require_names(values)
    store.wait_for_pending()
    layout.check(store.backend, for_writing=True)
    store.parts.watch_pages(bool(store.settings["watch_pages"]))
    store.history.check_tags(checked.tags)
    allowed, most_mb = options.get("allow_secrets", ()), options.get("most_mb")
    work = Commit(store, values, options.get("namespace"), allow_secrets=allowed, most_mb=most_mb)
    verify = options.get("verify_load")
    return StartedCommit(
        work,
        checked,
        options.get("around") or CommitContext(),
        bool(store.settings["verify_load"] if verify is None else verify),
    )
