"""The rows of docs/benchmarks.md about versions that leave: an export, and input files at a commit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from large_rows import wide_frame
from rows import MB, Figures, timed, timed_median

import nbmodelver as mv
from nbmodelver.model import ReadFile
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXPORT = """
import json, resource, sys, time
import pandas, pyarrow.parquet
import nbmodelver as mv
from nbmodelver import bundle
repo = mv.open(sys.argv[1])
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
wall, cpu = time.perf_counter(), time.process_time()
bundle.write(repo, "v1", sys.argv[2])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu, peak * 1024]))
"""


def export(scale: float) -> Iterator[Figures]:
    """Export one frame, in a process of its own for its peak memory, beside a copy of the store."""
    with tempfile.TemporaryDirectory() as folder:
        store, target = Path(folder) / "store", Path(folder) / "frame.nbmv.zip"
        repo = mv.open(store, create=True)
        version = repo.commit({"df": wide_frame(max(int(2_000_000 * scale), 2000))})
        done = subprocess.run([sys.executable, "-c", EXPORT, store, target], capture_output=True, text=True, check=True)
        wall_s, cpu_s, peak_bytes = json.loads(done.stdout)
        with timed() as clock:
            shutil.copytree(store, Path(folder) / "copy")
        values = {
            "wall_s": wall_s, "cpu_s": cpu_s, "copy_s": clock.wall_s, "peak_mb": peak_bytes / MB,
            "raw_bytes": float(version.raw_bytes), "bytes": float(target.stat().st_size),
        }  # fmt: skip
        ok = wall_s <= 1.5 * clock.wall_s and peak_bytes <= 200 * MB if scale == 1 else None
        yield Figures("export of a frame of 282 MB", "<= 1.5 times a copy of the store, peak <= 200 MB", values, ok)


def input_files(scale: float) -> Iterator[Figures]:
    """A commit whose cells read a file of 30 MB: the first time, and unchanged."""
    with tempfile.TemporaryDirectory() as folder:
        repo = mv.open(Path(folder) / "store", create=True)
        file = Path(folder) / "rows.csv"
        wide_frame(max(int(180_000 * scale), 200)).to_csv(file, index=False)
        found = file.stat()
        read = CommitContext(read=[ReadFile("rows.csv", str(file), found.st_size, found.st_mtime_ns)])
        repo.commit({"a": 0})
        with timed() as first:
            repo.commit({"a": 1}, around=read)
        again = timed_median(lambda: repo.commit({"a": 1}, around=read))
        without = timed_median(lambda: repo.commit({"a": 1}))
        values = {
            "file_bytes": float(found.st_size), "first_s": first.wall_s, "again_s": again.wall_s,
            "without_s": without.wall_s,
        }  # fmt: skip
        ok = again.wall_s <= 1.2 * without.wall_s if scale == 1 else None
        yield Figures("commit with an input file of 30 MB, unchanged", "<= 1.2 times one without files", values, ok)


ROWS: dict[str, Callable[[float], Iterator[Figures]]] = {"export": export, "input-files": input_files}
