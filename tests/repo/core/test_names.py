"""The history of one name, from documents of the index."""

from __future__ import annotations

from typing import Any

from nbmodelver.model import Kept, Version, VersionId
from nbmodelver.repo.core.names import steps

ONE, TWO = "1" * 40, "2" * 40


def version(number: int, parent: int = 0, digest: str = "", out: bool = False) -> Version:
    kept = {"df": Kept("df", 0, "dataset", "list", digest, 8)} if digest else {}  # type: ignore[arg-type]
    parents = (VersionId(f"{parent:040x}"),) if parent else ()
    others = ("df",) if out else ()
    return Version(VersionId(f"{number:040x}"), number, parents=parents, kept=kept, others=others)


def found(*versions: Version) -> tuple[list[tuple[int, str, int | None]], list[int]]:
    """(number, status, number of the older version with an equal value) of each step, and the versions it read."""
    by_id = {v.id: v for v in versions}
    was_read: list[int] = []

    def read(id_: VersionId) -> Version:
        was_read.append(by_id[id_].number)
        return by_id[id_]

    documents: list[Any] = [
        ({"id": v.id, "parents": list(v.parents), "names": list(v.kept)}, read) for v in reversed(versions)
    ]
    same = [(s.version.number, s.status, s.same_as.number if s.same_as else None) for s in steps("df", documents)]
    return same, was_read


def test_only_versions_that_change_the_name_are_steps() -> None:
    line = [version(1, digest=ONE), version(2, 1, ONE), version(3, 2, TWO), version(4, 3), version(5, 4, ONE)]
    assert found(*line)[0] == [(5, "added", 1), (4, "removed", None), (3, "changed", None), (1, "added", None)]


def test_a_version_that_left_out_the_live_name_does_not_remove_it() -> None:
    line = [version(1, digest=ONE), version(2, 1, out=True), version(3, 2, ONE)]
    assert line[1].left_out("df")
    assert found(*line)[0] == [(1, "added", None)]


def test_versions_that_never_had_the_name_are_not_read() -> None:
    line = [version(1), version(2, 1), version(3, 2, ONE)]
    assert found(*line)[1] == [3]


def test_a_name_without_versions_has_no_steps() -> None:
    assert found() == ([], [])
    assert found(version(1))[0] == []
