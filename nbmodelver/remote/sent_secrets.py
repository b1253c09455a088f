"""The search for secrets before a push: in the records, the cells and the input files of the versions that are sent.

Values were searched when they were committed. The environment has other values now, and patterns may be newer, so the
texts are searched again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import SecretFound
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nbmodelver.model import Version, VersionId
    from nbmodelver.repo.core.open_store import OpenStore

SEARCHED_BYTES = 1 << 20


def require_no_secret(store: OpenStore, versions: Iterable[VersionId], allowed: Collection[str]) -> None:
    """Raise SecretFound if a text of a version looks like a secret. allowed: names of versions that may be sent."""
    searcher = Searcher()
    for id_ in versions:
        version = store.history.version(id_)
        if version.name in allowed or version.id[:12] in allowed:
            continue
        found = tuple((where, why) for where, text in _texts(store, version) if (why := searcher.in_text(text)))
        if found:
            raise SecretFound(
                f"{version.name} was not sent, because {found[0][0]} may hold a secret: {found[0][1]}",
                f"remove it (%mv_purge), or, if it is not a secret: %mv_push --allow-secret {version.name}",
                version=version.name,
                found=found,
            )


def _texts(store: OpenStore, version: Version) -> Iterator[tuple[str, str]]:
    yield "its message", version.message
    yield "its note", store.history.note(version)
    for name, value in version.params.items():
        if isinstance(value, str):
            yield f"parameter '{name}'", value
    for at, cell in enumerate(store.documents.cells(version), 1):
        yield f"cell {at}", cell.source
        yield f"the output of cell {at}", cell.outputs
    for file in version.inputs:
        if file.is_kept and file.digest and file.size_bytes <= SEARCHED_BYTES:
            yield f"the file {file.path}", bytes(store.parts.get(file.digest)).decode("utf-8", "replace")
