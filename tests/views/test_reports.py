"""Short answers of the verbs for maintenance."""

from __future__ import annotations

import json

from nbmodelver import views
from nbmodelver.model import GcReport, Problem
from nbmodelver.views.reports import damage
from tests.views.samples import version


def test_verify_and_gc_say_when_all_is_well():
    assert str(views.verify([], "structure")) == "no problems · checked: structure"
    assert str(views.gc(GcReport(kept_bytes=5_000))) == "nothing to remove · 5.0 kB in use"
    assert str(views.gc(GcReport(2, 1, -6_000, 9_000, True, 1, exact=False))) == (
        "would remove 2 parts in 1 pack; deltas that used them as base take about 6.0 kB more · 9.0 kB stay"
    )


def problems(count: int) -> list[Problem]:
    return [Problem("pack packs/0a is damaged: its end is missing", "packs/0a", f"v{i}", "df") for i in range(count)]


def test_a_damaged_object_is_named_apart_from_its_damage() -> None:
    assert damage(problems(1)[0]) == ("damaged: its end is missing", "packs/0a")
    record = Problem("the record 0102 is damaged: no JSON", "record")
    assert damage(record) == ("damaged: no JSON", "record 0102")
    assert damage(Problem("missing", "part 77")) == ("missing", "part 77")


def test_the_last_line_of_verify_says_what_is_known_of_the_other_versions() -> None:
    assert str(views.verify(problems(1), whole=True)).splitlines()[-1].startswith("versions not listed here are intact")
    assert str(views.verify(problems(1))).splitlines()[-1].startswith("--full also checks the rest")
    assert str(views.verify(problems(103), whole=True)).splitlines()[-1].startswith("3 more · %mv_repair")


def test_gc_says_what_was_removed_and_which_files_another_program_has_open() -> None:
    said = str(views.gc(GcReport(3, 2, 5_000, 9_000, left_packs=1))).splitlines()
    assert said[0] == "removed 5.0 kB (3 parts in 2 packs) · 9.0 kB stay"
    assert said[1].startswith("1 file cannot be deleted, as another program has it open")


def test_forgotten_versions_are_listed_with_those_that_stay_and_the_bytes_that_gc_frees() -> None:
    said = str(
        views.forgotten(
            [version(1)], None, kept=6, protected=[("v2", "tagged")], freed_bytes=1_234_567, garbage_bytes=9_000,
            exact=False, over_bytes=5_000, dry_run=True,
        )
    )  # fmt: skip
    assert said.splitlines()[0] == "1 version would be forgotten · 6 stay"
    assert "stay although no rule keeps them: v2 (tagged)" in said
    assert "need 5.0 kB, which is more than that size" in said
    assert "gc would free about 1.2 MB (1,234,567 bytes) and 9.0 kB that no version needs" in said


def test_forgetting_may_need_more_bytes_than_it_frees() -> None:
    said = str(views.forgotten([version(1)], None, kept=1, freed_bytes=-2_000))
    assert "gc would need 2.0 kB more: other versions are stored as deltas of this data" in said


def test_a_long_list_of_forgotten_versions_is_folded() -> None:
    many = [version(i) for i in range(1, 31)]
    shown = views.forgotten(many, None, kept=1)
    assert "<details>" in shown._repr_html_()
    assert "<details>" not in views.forgotten(many[:20], None, kept=1)._repr_html_()
    assert "--undo restores them" in str(shown)


def test_a_backup_says_what_was_copied_and_what_could_not_be() -> None:
    assert "copied: nothing new, checked" in str(views.backed_up(None, "/b", 2, files=0, copied_bytes=0, problems=[]))
    said = str(views.backed_up(None, "/b", 2, files=3, copied_bytes=5_000, problems=problems(1)))
    assert "2 versions in /b · copied: 3 files, 5.0 kB, checked" in said
    assert "not copied  packs/0a  damaged: its end is missing" in said
    assert "%mv_repair" in said


def test_json_for_scripts_is_never_cut_or_escaped() -> None:
    data = {"text": "x" * 500 + "é"}
    assert json.loads(str(views.as_json(None, data))) == data
    assert "é" in str(views.as_json(None, data))
