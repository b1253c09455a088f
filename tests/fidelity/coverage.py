"""Which classes come back: a table of packages and classes, and the document made from running it.

    python -m tests.fidelity.coverage [docs/coverage.md]

One process builds each value and commits it; another, with nothing left of the first, loads it, builds the value anew
and compares: by `alike`, which walks both, and by the answers that the value gave before it was committed. A package
that is not installed is a row "not run". The rows are in `coverage_rows/`.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERDICTS = {
    "exact": "exact",
    "note": "exact with note",
    "named": "named",
    "differs": "differs",
    "not run": "not run",
}


@dataclass(frozen=True)
class Row:
    """One class of a package.

    package: what is imported. name: the class, as its `__qualname__` says. build: a cell whose last line is the value.
    prelude: the lines before, which also run before `check`, an expression of `value` whose result must be the same.
    walk: False when two values built alike are not alike (clocks, random ids): then only the answers are compared.
    verdict: what is expected; says: part of the note, or of the reason why it is not kept, or of the difference.
    """

    package: str
    name: str
    prelude: str
    build: str
    check: str = ""
    walk: bool = True
    verdict: str = "exact"
    says: str = ""

    @property
    def label(self) -> str:
        """The row's own name."""
        return f"{self.package}:{self.name}"


@dataclass(frozen=True)
class Outcome:
    """What running a row gave. why: notes, the reason, or the differences."""

    verdict: str
    module: str = ""
    why: str = ""


class Package:
    """Collects the rows of one package."""

    def __init__(self, package: str, prelude: str = "") -> None:
        self.package = package
        self.prelude = prelude or f"import {package}"
        self.rows: list[Row] = []

    def exact(self, name: str, build: str, check: str = "", *, walk: bool = True) -> None:
        """A class whose values come back as they were."""
        self.rows.append(Row(self.package, name, self.prelude, build, check, walk))

    def note(self, name: str, build: str, check: str = "", *, says: str, walk: bool = True) -> None:
        """A class whose values come back with a difference that the commit announces."""
        self.rows.append(Row(self.package, name, self.prelude, build, check, walk, "note", says))

    def named(self, name: str, build: str, says: str) -> None:
        """A class whose values cannot be kept, which the commit says with the reason."""
        self.rows.append(Row(self.package, name, self.prelude, build, verdict="named", says=says))

    def differs(self, name: str, build: str, check: str = "", *, says: str, walk: bool = True) -> None:
        """A class whose own pickling loses something, and nobody says so."""
        self.rows.append(Row(self.package, name, self.prelude, build, check, walk, "differs", says))


def document(rows: Iterable[Row], outcomes: dict[str, Outcome], versions: dict[str, str]) -> str:
    """The page, with its counts. versions: of the packages that ran."""
    rows = list(rows)
    lines = [*_head(rows, outcomes, versions), *_table(rows, outcomes, versions)]
    return "\n".join(lines) + "\n"


def _head(rows: list[Row], outcomes: dict[str, Outcome], versions: dict[str, str]) -> Iterator[str]:
    counts = Counter(outcomes[row.label].verdict for row in rows)
    ran = len(rows) - counts["not run"]
    yield "# Results for classes of data-science packages"
    yield ""
    yield (
        f"Values of {ran} classes of {len(versions)} packages were created and committed in one process, then loaded and"
        f" compared in another: {', '.join(f'{counts[v]} {text}' for v, text in VERDICTS.items() if counts[v])}."
        " `python -m tests.fidelity.coverage docs/coverage.md` writes this page; `tests/fidelity/test_coverage.py` checks it."
    )
    yield ""
    yield "- *exact*: attributes, types, sharing and results equal those of a value created again, bit for bit."
    yield "- *exact with note*: the same, except for what the commit reports."
    yield (
        "- *named*: the value cannot be kept, or it can be saved and not loaded, which the commit tries. The commit names it"
        " with the reason and keeps everything else."
    )
    yield "- *differs*: the pickling of the class loses what is named here, and the commit does not report it."
    yield "- *not run*: the package was not installed (`pip install nbmodelver[coverage]`)."
    yield "- ◦ compared by results only, because two equal values differ inside (clocks, ids, hashes, caches)."
    yield ""


def _table(rows: list[Row], outcomes: dict[str, Outcome], versions: dict[str, str]) -> Iterator[str]:
    yield "| package | class | result | report |"
    yield "|---|---|---|---|"
    for row in sorted(rows, key=lambda r: (r.package.lower(), r.name.lower())):
        found = outcomes[row.label]
        package = f"{row.package} {versions.get(row.package, '')}".strip()
        alone = "" if row.walk or found.verdict in ("named", "late", "not run") else " ◦"
        why = found.why.replace("|", "\\|")
        yield f"| {package} | {row.name} | {VERDICTS[found.verdict]}{alone} | {why} |"


def main(path: str) -> None:
    """Run every row and write the page."""
    from tests.fidelity.coverage_rows import ROWS
    from tests.fidelity.coverage_run import installed, run

    with TemporaryDirectory() as folder:
        outcomes = run(Path(folder))
    Path(path).write_text(document(ROWS, outcomes, installed(ROWS)))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs/coverage.md")
