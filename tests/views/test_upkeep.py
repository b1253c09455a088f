"""The answer of a repair."""

from __future__ import annotations

from typing import Any

from nbmodelver import views
from nbmodelver.model import Problem

MOVED = [Problem("pack packs/0a is damaged: its end is missing", "packs/0a")]
LOST = [Problem("lost", "77" * 20, "v3", "df"), Problem("lost", "78" * 20, "v3", "net"), Problem("lost", "79" * 20)]


def said(**more: Any) -> str:
    done: dict[str, Any] = {
        "moved": MOVED, "saved": (2, 1), "refs": [("heads/main", "v2"), ("tags/best", "")], "lost": LOST,
        "quarantine": "quarantine/7", "dry_run": False,
    }  # fmt: skip
    return str(views.repaired("the value", **{**done, **more}))


def test_a_healthy_store_has_nothing_to_repair() -> None:
    assert said(moved=[], refs=[], lost=[]) == "nothing to repair · every byte was read"


def test_a_repair_says_what_was_moved_recovered_changed_and_lost() -> None:
    lines = said().splitlines()
    assert lines[0] == "1 damaged file moved to quarantine/7; 2 parts and 1 record recovered from them"
    assert lines[1].split() == ["packs/0a", "damaged:", "its", "end", "is", "missing"]
    assert "main is now at v2" in lines
    assert "best is gone" in lines
    assert "forget them to run gc again: %mv_forget v3" in said()
    assert any(line.startswith("7979797979") for line in lines), "an object that belongs to no version has its id"


def test_a_trial_run_says_that_nothing_was_changed() -> None:
    lines = said(dry_run=True).splitlines()
    assert lines[0] == "1 damaged file would move to quarantine/; 2 parts and 1 record can be recovered from them"
    assert "main would be at v2" in lines
    assert "best would be gone" in lines
    assert lines[-1] == "nothing was changed · --yes carries it out"
    assert "nothing was changed" not in said()


def test_a_file_without_anything_readable_is_named() -> None:
    assert "nothing can be recovered from them" in said(saved=(0, 0))
