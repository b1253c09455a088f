"""Compares saved notebooks with the versions that they stand at, before a commit of Git. It changes no file.

A notebook has a version if it uses nbmodelver and HEAD of its store knows its path, or if a version was committed from
a notebook of its name. A code cell is known if the version's notebook has it, or if it ran on the way to the version: a
page may not have saved the notebook before `%mv_commit`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle.notebooks import without_our_magics
from nbmodelver.errors import Damaged, NbmodelverError, StoreError, UnknownVersion
from nbmodelver.model.pipelines import CheckedNotebook
from nbmodelver.repo import Repo, open_repo
from nbmodelver.repo.core import locate
from nbmodelver.repo.core.head import key_of, notebooks_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Version

_USES = re.compile(
    r"^\s*(?:%%?mv_|%(?:re)?load_ext\s+nbmodelver\b|import nbmodelver\b|from nbmodelver\b)", re.MULTILINE
)
MAX_BYTES = 50_000_000
LOOK_BACK = 200
"""Versions up to the current one of a notebook, whose cells are known."""
MOST_NAMED = 5


@dataclass
class _Stores:
    """The stores of the notebooks, each opened and checked once. problem: by folder, "" for a sound store."""

    opened: dict[Path, Repo] = field(default_factory=dict)
    problem: dict[Path, str] = field(default_factory=dict)


def check(paths: Sequence[str]) -> list[CheckedNotebook]:
    """Return the outcome for each file, in their order."""
    stores = _Stores()
    return [_checked(path, stores) for path in paths]


def _checked(path: str, stores: _Stores) -> CheckedNotebook:
    try:
        sources = _code_cells(Path(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = f"it cannot be read as a notebook: {type(error).__name__}: {error}"
        return CheckedNotebook(path, "failed", said=said, hint="save it again in Jupyter")
    if not any(_USES.search(source) for source in sources):
        return CheckedNotebook(path, "skipped", said="it does not use nbmodelver")
    folder = locate.find_store(Path(path).absolute().parent)
    if folder is None:
        return CheckedNotebook(path, "skipped", said="there is no store beside or above it")
    try:
        return _in_store(path, sources, folder, stores)
    except NbmodelverError as error:
        return CheckedNotebook(path, "failed", said=error.message, hint=error.hint)


def _code_cells(path: Path) -> list[str]:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    return _sources(json.loads(path.read_bytes()))


def _sources(document: Any) -> list[str]:
    """Return the sources of the code cells of a notebook in format 4."""
    cells = document["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _in_store(path: str, sources: list[str], folder: Path, stores: _Stores) -> CheckedNotebook:
    repo = _opened(folder, stores)
    if stores.problem[folder]:
        said = f"its store is damaged: {stores.problem[folder]}"
        return CheckedNotebook(path, "failed", said=said, hint="see nbmodelver verify, and nbmodelver repair")
    version = _version_of(repo, path, folder)
    if version is None:
        hint = "commit it in the notebook: %mv_commit"
        return CheckedNotebook(path, "skipped", said="it has no version yet", hint=hint)
    differences = list(_differences(repo, version, sources))
    if not differences:
        return CheckedNotebook(path, "same", version.name)
    said = f"it differs from {version.name}: {'; '.join(differences)}"
    return CheckedNotebook(path, "failed", version.name, said, "commit it in the notebook: %mv_commit")


def _opened(folder: Path, stores: _Stores) -> Repo:
    if folder not in stores.opened:
        repo = stores.opened[folder] = open_repo(folder)
        problems = repo.verify()
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        stores.problem[folder] = f"{problems[0].what}{more}" if problems else ""
    return stores.opened[folder]


def _version_of(repo: Repo, path: str, folder: Path) -> Version | None:
    """Return the current version of a notebook, None without one. Raises StoreError if it is missing."""
    place = locate.seen_from(Path(path).absolute(), folder.absolute())
    known = notebooks_in(repo.refs.get("HEAD")).get(key_of(place))
    if known is not None:
        try:
            return repo.history.exact(known[1])
        except UnknownVersion as error:
            raise StoreError(f"its version is missing: {error.message}", "commit it again: %mv_commit") from None
    name = Path(path).name
    return next((v for v in repo.log(limit=LOOK_BACK) if v.notebook_path.rpartition("/")[2] == name), None)


def _differences(repo: Repo, version: Version, sources: list[str]) -> Iterator[str]:
    """Yield what differs: cells that are no cell of the version, and cells of it that are gone."""
    kept = _kept_cells(repo, version)
    known = {_plain(source) for source in kept or ()}
    own = {_plain(source) for source in sources} - {""}
    new = [n for n, source in enumerate(sources, 1) if _plain(source) not in known | {""}]
    if new:
        ran = _ran(repo, version)
        new = [n for n in new if _plain(sources[n - 1]) not in ran]
    if new:
        more = f" and {len(new) - MOST_NAMED} more" if len(new) > MOST_NAMED else ""
        which = ", ".join(map(str, new[:MOST_NAMED])) + more
        yield f"code cell{'s' if len(new) > 1 else ''} {which} {'are' if len(new) > 1 else 'is'} new or changed"
    gone = len(known - own - {""}) - len(new)  # A changed cell is a new one and one that is gone.
    if kept is not None and gone > 0:
        yield f"{gone} code cell{'s are' if gone > 1 else ' is'} gone"


def _kept_cells(repo: Repo, version: Version) -> list[str] | None:
    """Return the code cells of the notebook in the version, None without any. Raises Damaged."""
    document = repo.notebook(version)
    if document is None:
        return None
    try:
        return _sources(json.loads(document))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(
            f"the notebook of {version.name} is not readable: {error}", "see nbmodelver verify --full"
        ) from None


def _ran(repo: Repo, version: Version) -> set[str]:
    """Return the cells that ran on the way to a version. Raises Damaged."""
    found: set[str] = set()
    at: Version | None = version
    for _ in range(LOOK_BACK):
        if at is None:
            break
        found |= {_plain(cell.source) for cell in repo.cells(at)}
        at = repo.history.version(at.parents[0]) if at.parents else None
    return found


def _plain(source: str) -> str:
    return without_our_magics(source).strip()
