"""Full disks, folders without permission, many processes, wrong clocks, lost caches, newer formats."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.refs import Refs
from tests.faults import worlds
from tests.faults.counts import LONG, count

if TYPE_CHECKING:
    from tests.faults.zygote import Outcome, Zygote

Fresh = Callable[[str], str]
NOBODY = 65534
TEN_YEARS_S = 3.15e8
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become someone else, or to mount")


def fine(zygote: Zygote, folder: str, seeds: tuple[int, ...] = worlds.TEMPLATE, operation: str = "commit") -> None:
    after = zygote.run("worlds.aftermath", folder, seeds, operation)
    assert (after.how, after.value) == ("done", []), after


def refused(outcome: Outcome, error: str) -> None:
    assert outcome.how == "failed", outcome
    assert outcome.said.startswith(f"{error}:"), outcome


@pytest.mark.parametrize("file_bytes", [1, 30, 200, 1000, 5000, 8000])
def test_d4_a_limit_of_file_size_is_store_full(file_bytes: int, zygote: Zygote, fresh: Fresh) -> None:
    folder = fresh("")
    refused(zygote.run("worlds.commit", folder, 50, file_bytes=file_bytes), "StoreFull")
    count("largest file limited", "commit")
    fine(zygote, folder)


@pytest.mark.parametrize("files", [8, 12, 16])
def test_d4_too_few_open_files_is_an_error_of_nbmodelver(files: int, zygote: Zygote, fresh: Fresh) -> None:
    folder = fresh("")
    ended = zygote.run("worlds.commit", folder, 50, files=files)
    assert ended.how == "done" or not ended.said.startswith("bug"), ended
    fine(zygote, folder, worlds.TEMPLATE + ((50,) if ended.how == "done" else ()), "rollback")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@needs_root
def test_d4_d5_a_full_disk_keeps_what_is_there_and_works_once_there_is_room(
    zygote: Zygote, template: Path, tiny_disk: Path
) -> None:
    shutil.copytree(template, tiny_disk, dirs_exist_ok=True)
    (tiny_disk / "filler").write_bytes(bytes(150_000))
    seeds, error = zygote.run("harm.fill", str(tiny_disk)).value
    assert error == "StoreFull"
    full = worlds.TEMPLATE + tuple(seeds)
    after = zygote.run("worlds.wrong", str(tiny_disk), full)
    assert (after.how, after.value) == ("done", []), after
    (tiny_disk / "filler").unlink()
    count("disk full", "commit", 1 + len(seeds))
    fine(zygote, str(tiny_disk), full)


@needs_root
def test_d5_a_folder_that_may_not_be_written_is_read_and_the_commit_names_it(zygote: Zygote, template: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="nbmodelver-read-only-"))
    try:
        shutil.copytree(template, place / "world")
        for path in [place, *place.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        seen = zygote.run("harm.read_only", str(place / "world"), uid=NOBODY)
        assert (seen.how, seen.value) == ("done", []), seen
        count("folder read-only", "reading and commit")
    finally:
        shutil.rmtree(place)


@pytest.mark.parametrize("writers", [2, 4])
def test_d6_d7_processes_commit_at_once_with_gc_beside_and_all_acknowledged_versions_are_there(
    writers: int, zygote: Zygote, fresh: Fresh
) -> None:
    folder = fresh("")
    each = 25 if LONG else 4
    made = zygote.run("harm.crowd", folder, writers, each)
    assert made.how == "done", made.said
    assert len(made.value) == writers * each
    count("commits by processes at once, gc beside", f"{writers} processes", len(made.value))
    fine(zygote, folder, (*worlds.TEMPLATE, *made.value))


@pytest.mark.parametrize("clock_s", [TEN_YEARS_S, -TEN_YEARS_S])
def test_d13_a_wrong_clock_changes_no_order_and_gc_takes_nothing_that_is_needed(
    clock_s: float, zygote: Zygote, fresh: Fresh
) -> None:
    folder = fresh("")
    for seed, by_s in ((70, clock_s), (71, 0), (72, -clock_s), (73, clock_s)):
        assert zygote.run("worlds.commit", folder, seed, clock_s=by_s).how == "done"
        assert zygote.run("harm.young", folder, clock_s=-by_s).how == "done"
        count("clock moved ten years", "commit, gc")
    assert zygote.run("harm.order", folder).value == [73, 72, 71, 70, 3, 2, 1]
    fine(zygote, folder, (*worlds.TEMPLATE, 70, 71, 72, 73))


@pytest.mark.parametrize("what", ["gone", "cut", "garbage", "foreign", "empty", "a folder", "a link", "old rows"])
def test_d8_any_catalogue_gives_the_answers_of_the_records(
    what: str, zygote: Zygote, fresh: Fresh, tmp_path: Path
) -> None:
    folder = fresh("")
    right = zygote.run("harm.log_ids", folder).value
    index = Path(folder) / worlds.STORE / "catalogue" / "index.json"
    data = index.read_bytes()
    index.unlink()
    if what == "foreign":
        other = tmp_path / "other"
        other.mkdir()
        zygote.run("worlds.first", str(other), 9)
        zygote.run("harm.log_ids", str(other))
        index.write_bytes((other / worlds.STORE / "catalogue" / "index.json").read_bytes())
    elif what == "a folder":
        index.mkdir()
    elif what == "a link":
        (tmp_path / "target").write_bytes(data)
        index.symlink_to(tmp_path / "target")
    elif what == "old rows":
        zygote.run("worlds.commit", folder, 80)
        right = zygote.run("harm.log_ids", folder).value
        index.write_bytes(data)
    elif what != "gone":
        index.write_bytes({"cut": data[: len(data) // 2], "garbage": b"\xff" * 500, "empty": b""}[what])
    assert zygote.run("harm.log_ids", folder).value == right
    count("catalogue replaced", what)
    if what == "a link":
        assert (tmp_path / "target").read_bytes() == data
    fine(zygote, folder, worlds.TEMPLATE + ((80,) if what == "old rows" else ()))


def test_d11_a_newer_format_is_read_only_if_it_says_so(zygote: Zygote, fresh: Fresh) -> None:
    folder = fresh("")
    form = Path(folder) / worlds.STORE / "format"
    form.write_text(json.dumps({"format": 6, "readable_by": 1}))
    assert zygote.run("harm.order", folder).value == [3, 2, 1]
    for function in ("worlds.commit", "worlds.bring_in"):
        refused(zygote.run(function, folder, 50), "StoreTooNew")
    form.write_text(json.dumps({"format": 7, "readable_by": 7}))
    said = zygote.run("worlds.commit", folder, 50)
    refused(said, "StoreTooNew")
    assert "format 7" in said.said


@pytest.mark.parametrize("ref", ["HEAD", "counter", "heads/main", "settings", "undo/main"])
@pytest.mark.parametrize("what", ["gone", "garbage"])
def test_d2_lost_or_invalid_refs_lose_no_version(ref: str, what: str, zygote: Zygote, fresh: Fresh) -> None:
    folder = fresh("")
    refs = Refs(LocalBackend(Path(folder) / worlds.STORE))
    before = refs.get(ref)
    if what == "gone":
        refs.delete(ref)
    elif ref == "heads/main":
        refs.move(ref, before, "f" * 40)
    else:
        refs.move(ref, before, "\x00 garbage [[[")
    made = zygote.run("worlds.commit", folder, 50)
    if (ref, what) == ("HEAD", "garbage"):
        refused(made, "Damaged")
        refs.delete(ref)
        made = zygote.run("worlds.commit", folder, 50)
    assert made.how == "done", made
    assert zygote.run("harm.order", folder).value == [50, 3, 2, 1]
    fine(zygote, folder, (*worlds.TEMPLATE, 50))
    count("ref lost or garbage", ref)
