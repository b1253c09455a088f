"""Any damage to any file of a store (P6, D9) gives an error or no harm, never wrong data; verify reports it."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver.catalogue import records
from nbmodelver.errors import NbmodelverError
from tests.faults import harm, worlds
from tests.faults.counts import LONG, count

if TYPE_CHECKING:
    from tests.faults.zygote import Zygote

Fresh = Callable[[str], str]
NO_DATA = re.compile(r"(catalogue|locks|tmp)/.*|\.gitignore")
HOW = ["bit", "half", "zeros", "gone"]


def files_of(folder: str) -> list[str]:
    store = Path(folder) / worlds.STORE
    return sorted(str(p.relative_to(store)) for p in store.rglob("*") if p.is_file())


def says_the_same(damaged: Path, good: Path) -> bool:
    """Whether a bit was hit that no decompressor reads, one in 300 of a frame: the record is still what it was."""
    try:
        return records.decompress(damaged.read_bytes()) == records.decompress(good.read_bytes())
    except NbmodelverError:
        return False


@pytest.mark.parametrize("world", ["", "gc of forgotten"])
@pytest.mark.parametrize("how", HOW)
def test_p6_d9_a_damaged_file_is_an_error_or_harmless_and_verify_names_it(
    how: str, world: str, zygote: Zygote, fresh: Fresh, tmp_path: Path
) -> None:
    """The first world has only single records; the second a journal as well, and forgotten versions."""
    rng = random.Random(how)
    good = fresh(world)
    healthy = Counter(zygote.run("harm.looked_at", good).value["whole"])
    all_seeds = set(worlds.TEMPLATE)
    for file in files_of(good):
        for _ in range((20 if LONG else 2) if how == "bit" else 1):
            copy = tmp_path / "damaged"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(good, copy)
            path = copy / worlds.STORE / file
            if not path.stat().st_size and how != "gone":
                continue
            at = rng.randrange(1 << 30)
            harm.damage(path, how, at)
            seen = zygote.run("harm.looked_at", str(copy))
            where = (file, how, at, seen)
            assert seen.how == "done", where
            assert not seen.value["wrong"], where
            count(f"file damaged: {how}", file.split("/", 1)[0])
            if NO_DATA.fullmatch(file):
                assert (set(seen.value["whole"]), seen.value["verify"]) == (all_seeds, []), where
                continue
            errors = seen.value["errors"]
            if how == "gone" and file.startswith("refs/"):
                assert set(seen.value["whole"]) == all_seeds, where  # Names are gone, versions are not.
                continue
            # A pack of garbage may go; the format file also says who wrote it, which nobody needs.
            may_go = file == "format" or (how == "gone" and file.startswith(("packs/", "forgotten/")))
            may_go |= world != "" and file.startswith("records/")  # Of a forgotten version.
            unneeded = may_go and Counter(seen.value["whole"]) >= healthy
            unneeded |= (
                how == "bit" and file.startswith("records/") and says_the_same(path, Path(good) / worlds.STORE / file)
            )
            assert seen.value["verify"] or unneeded, where
            if file.startswith("refs/"):
                assert set(seen.value["whole"]) == all_seeds, where
            if seen.value["opens"]:
                lost = all_seeds - set(seen.value["whole"]) - set(errors)
                records = [e for e in errors if str(e).startswith("record")]
                gone = 1 if how == "gone" and file.startswith("records/") else 0
                gone = len(all_seeds) if file.startswith("journals/") else gone
                assert len(lost) <= len(records) + gone, where
            for message in errors.values():
                assert re.search(r"[0-9a-f]{32,40}|format file|no store at", message), where


def test_p6_d9_versions_that_do_not_need_a_damaged_pack_come_back(zygote: Zygote, fresh: Fresh) -> None:
    folder = fresh("")
    for seed in (300, 301):
        assert zygote.run("worlds.commit", folder, seed).how == "done"
    before = set(files_of(folder))
    assert zygote.run("worlds.commit", folder, 302).how == "done"
    (pack,) = [f for f in set(files_of(folder)) - before if f.startswith("packs/")]
    harm.damage(Path(folder) / worlds.STORE / pack, "zeros")
    seen = zygote.run("harm.looked_at", folder).value
    assert set(seen["whole"]) == {*worlds.TEMPLATE, 300, 301}
    assert set(seen["errors"]) == {302}
    assert any(pack in line for line in seen["verify"])
