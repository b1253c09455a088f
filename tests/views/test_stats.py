"""Tables of what uses space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbmodelver import views
from tests.views.samples import version


@dataclass
class Size:
    name: str
    raw_bytes: int = 0
    stored_bytes: int = 0
    kind: str = "dataset"
    versions: int = 1
    parts: int = 1


def shown(**more: Any) -> Any:
    figures: dict[str, Any] = {
        "names": [Size("df", 1000, 250), Size("net", 500, 500)],
        "kinds": [Size("dataset", 1000, 250)],
        "versions": [(version(1), 900, 10), (version(2), 750, 300), (version(3), 750, 300)],
        "parts": (Size("whole", 1000, 600, parts=3), Size("deltas", 500, 150, parts=0)),
        "files": [("packs", 2, 700), ("records", 1, 50), ("index", 0, 0)],
        "garbage_bytes": 0,
        "limit": 10,
    }
    return views.stats("the value", **{**figures, **more})


def rows(**more: Any) -> list[list[str]]:
    return [text.split() for text in str(shown(**more)).splitlines()]


def test_the_sum_of_all_files_comes_first() -> None:
    assert str(shown()).splitlines()[0] == "750 B for 3 versions · 700 B in 2 packs, 50 B in 1 record"


def test_each_name_has_its_raw_and_stored_bytes_and_their_share() -> None:
    assert ["df", "in", "1", "1.0", "kB", "250", "B", "25.0", "%"] in rows()
    assert ["empty", "in", "1", "0", "B", "0", "B"] in rows(names=[Size("empty")])


def test_kinds_of_parts_that_do_not_occur_are_left_out() -> None:
    assert any(row[:1] == ["whole"] for row in rows())
    assert not any(row[:1] == ["deltas"] for row in rows())


def test_versions_are_sorted_by_the_bytes_that_only_they_need_and_the_newest_comes_first() -> None:
    listed = [row[0] for row in rows() if row and row[0] in ("v1", "v2", "v3")]
    assert listed == ["v3", "v2", "v1"]
    assert [row[0] for row in rows(limit=1) if row and row[0] in ("v1", "v2", "v3")] == ["v3"]


def test_names_beyond_the_limit_are_summed() -> None:
    assert "1 more: 500 B" in str(shown(limit=1))


def test_garbage_is_stated_with_the_verb_that_removes_it() -> None:
    assert "about 5.0 kB are not needed by any version: %mv_gc" in str(shown(garbage_bytes=5_000))
    assert "%mv_gc" not in str(shown())
    assert str(shown(versions=[], garbage_bytes=5_000)).splitlines()[0] == "no versions"


def test_the_result_is_the_value() -> None:
    assert shown().value == "the value"
