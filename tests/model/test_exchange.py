"""The files of a version by their role."""

from __future__ import annotations

from pathlib import Path

from nbmodelver.model.exchange import Facts, Member, VersionFiles


def test_members_are_chosen_by_role() -> None:
    members = tuple(
        Member(f"{role}.x", role, "", "text", "copy", 1, "", "", Path()) for role in ("model", "dataset", "code")
    )
    files = VersionFiles(Facts("1" * 40, "v1"), members)
    assert [one.role for one in files.of_role("model", "code")] == ["model", "code"]
    assert files.of_role("record") == ()
