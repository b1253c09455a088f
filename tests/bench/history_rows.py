"""Long histories: what opening, a page, a number and a commit cost at 100, 10,000 and 100,000 versions.

The history is generated: one version is committed, the others are its record with other numbers, messages and
metrics, folded into journals as a store would have done by itself. Their parts are those of the first; beside them lie
three small parts a version in packs of some MB, so that the tables of contents are as long as they would be.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from rows import Figures, timed, timed_median

import nbmodelver as mv
from nbmodelver.catalogue import folding, journal, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import VersionId

PARTS_EACH, PARTS_A_PACK = 3, 10_000
LENGTHS = (100, 10_000, 100_000)
REACH = "metadata <= 1 ms CPU, flat"


def long_history(scale: float) -> Iterator[Figures]:
    """The same small work in stores of growing length."""
    seen: list[dict[str, float]] = []
    for length in sorted({100, *(max(int(n * scale), 100) for n in LENGTHS)}):
        with tempfile.TemporaryDirectory() as folder:
            files = fill(folder, length)
            seen.append({"versions": float(length), "files": float(files), **measured(folder)})
            last, first = seen[-1], seen[0]
            flat = all(last[k] <= 2 * first[k] + 0.001 for k in ("commit_cpu_s", "metadata_cpu_s", "open_cpu_s"))
            ok = flat and last["metadata_cpu_s"] <= 0.001
            yield Figures(f"a history of {length:,} versions", REACH, last, ok)


def measured(folder: str) -> dict[str, float]:
    """CPU seconds of each thing; the first four in a process that has read nothing of the store yet."""
    figures: dict[str, float] = {}

    def cold(name: str, work: Any) -> None:
        clocks = []
        for _ in range(5):
            with timed() as clock:
                work(mv.open(folder))
            clocks.append(clock.cpu_s)
        figures[name] = median(clocks)

    cold("open_cpu_s", lambda repo: repo.history.head)
    cold("page_cpu_s", lambda repo: repo.page(limit=20))
    cold("number_cpu_s", lambda repo: repo["v5"])
    cold("first_commit_cpu_s", lambda repo: repo.commit({"a": secrets.token_hex(4)}))
    repo = mv.open(folder)
    repo.page(limit=20)
    figures["next_page_cpu_s"] = timed_median(lambda: repo.page(None, 20, 20), 9).cpu_s
    figures["commit_cpu_s"] = timed_median(lambda: repo.commit({"a": secrets.token_hex(4)}), 31).cpu_s
    head = repo.history.head
    assert head is not None

    def metadata() -> None:
        with repo.exclusive_refs():
            repo.history.add(replace(head, number=repo.history.next_number(), parents=(head.id,)))

    figures["metadata_cpu_s"] = timed_median(metadata, 31).cpu_s
    return figures


def fill(folder: str, length: int) -> int:
    """A store with that many versions; gives the number of its files."""
    repo = mv.open(folder, create=True)
    first = repo.commit({"a": 1, "b": [1.0, 2.0], "c": {"depth": 3}}, "the first")
    parent: VersionId = first.id
    waiting: list[journal.Record] = []
    for number in range(2, length + 1):
        made = replace(
            first, number=number, parents=(parent,), message=f"step {number}", metrics={"acc": number % 97 / 97}
        )
        raw = records.canonical(made)
        parent = records.id_of(raw)
        waiting.append(journal.Record(parent, number, raw))
        if len(waiting) == folding.FULL:
            _write(repo, waiting)
    for start in range(0, PARTS_EACH * length, PARTS_A_PACK):
        with repo.parts.writing() as pack:
            some = range(start, min(start + PARTS_A_PACK, PARTS_EACH * length))
            pack.put_many([(b"part %d " % n * 4, None, "") for n in some])
    _write(repo, waiting[:-30])
    for record in waiting[-30:]:
        repo.history.records.write(replace(first, **_fields(record)))
    for ref, value in (("heads/main", parent), ("counter", str(length)), ("HEAD", _head(parent))):
        repo.refs.move(ref, repo.refs.get(ref), value)
    return sum(len(list(repo.backend.list(prefix))) for prefix in ("packs/", "records/", "journals/", "refs/"))


def _write(repo: Any, waiting: list[journal.Record]) -> None:
    if waiting:
        name = secrets.token_bytes(16)
        repo.backend.create(f"{journal.PREFIX}{name.hex()}", journal.written(name, journal.pieces_of(waiting)))
        if len(waiting) == folding.FULL:
            waiting.clear()


def _fields(record: journal.Record) -> dict[str, Any]:
    data = json.loads(record.raw)
    return {k: tuple(data[k]) if k == "parents" else data[k] for k in ("number", "parents", "message", "metrics")}


def _head(version: VersionId) -> str:
    return json.dumps({"branch": "main", "version": version}, sort_keys=True)


def many_names(scale: float) -> Iterator[Figures]:
    """10,000 small names in one kernel: the first commit, nothing changed, one changed, open."""
    count = max(int(10_000 * scale), 100)
    values: dict[str, Any] = {f"name{i}": {"a": i, "b": [1.0, str(i)]} for i in range(count)}
    with tempfile.TemporaryDirectory() as folder:
        repo = mv.open(folder, create=True)
        with timed() as first:
            repo.commit(values)
        same = timed_median(lambda: repo.commit(values), 5)
        values["name7"] = {"a": -1}
        with timed() as one:
            grew = repo.commit(values).new_bytes
        with timed() as opened:
            mv.open(folder).page(limit=5)
        figures = {
            "first_cpu_s": first.cpu_s, "unchanged_cpu_s": same.cpu_s, "one_changed_cpu_s": one.cpu_s,
            "one_changed_bytes": float(grew), "open_and_page_cpu_s": opened.cpu_s, "names": float(count),
        }  # fmt: skip
        yield Figures(f"{count:,} names in one kernel", "flat per name", figures)


ROWS = {f.__name__: f for f in (long_history, many_names)}
