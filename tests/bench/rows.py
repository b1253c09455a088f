"""The rows of docs/benchmarks.md: each prepares its data, does the work, and gives figures beside its limit.

Times are CPU and wall seconds of this run; only the ratios mean something on a shared machine. `scale` shrinks the
data, so that the same bodies run as plain tests.
"""

from __future__ import annotations

import gc
import os
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xxhash
import zstandard
from workloads import mixed_frame as frame

import nbmodelver as mv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MB = 1_000_000


@dataclass
class Figures:
    """What one row measured. reach: the limit, in words. ok: whether it was reached, or None."""

    row: str
    reach: str
    values: dict[str, float] = field(default_factory=dict)
    ok: bool | None = None


@dataclass
class Clock:
    """Seconds of a block."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Measure a block."""
    clock = Clock()
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    yield clock
    clock.wall_s, clock.cpu_s = time.perf_counter() - wall, time.process_time() - cpu


def timed_median(work: Callable[[], Any], runs: int = 5) -> Clock:
    """The median of several runs."""
    clocks = []
    for _ in range(runs):
        with timed() as clock:
            work()
        clocks.append(clock)
    return Clock(median(c.wall_s for c in clocks), median(c.cpu_s for c in clocks))


@contextmanager
def new_repo() -> Iterator[Any]:
    """A repo in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield mv.open(folder, create=True)


def stored(repo: Any) -> int:
    """Bytes of all files of the store."""
    return sum(p.stat().st_size for p in Path(repo.where).rglob("*") if p.is_file())


def numbers(mega_bytes: float) -> pd.DataFrame:
    """A frame of ten float columns of about this size: noise, prices, small whole numbers (zstd-3 gives about 53 %)."""
    rows = max(int(mega_bytes * MB / (8 * 10)), 100)
    rng = np.random.default_rng(1)
    noise = {f"c{i}": rng.normal(size=rows) for i in range(4)}
    prices = {f"c{i}": np.round(rng.gamma(2.0, 40.0, rows), 2) for i in range(4, 7)}
    whole = {f"c{i}": rng.integers(0, 50, rows).astype("f8") for i in range(7, 10)}
    return pd.DataFrame({**noise, **prices, **whole})


def nothing_changed(scale: float) -> Iterator[Figures]:
    """60 tiny names, committed again."""
    values = {f"name{i}": {"a": i, "b": [1.0, 2.0, str(i)]} for i in range(60)}
    with new_repo() as repo:
        repo.commit(values)
        clock = timed_median(lambda: repo.commit(values), 9)
        yield Figures("commit, nothing changed, 60 tiny names", "<= 0.010 s CPU", vars(clock), clock.cpu_s <= 0.010)


def big_frame(scale: float) -> Iterator[Figures]:
    """A 500 MB frame: unchanged, one cell, a column, a head beside it, back, nine versions."""
    df = numbers(500 * scale)
    size = float(df.memory_usage().sum())
    with new_repo() as repo:
        peak = peak_over_start(lambda: repo.commit({"df": df})) / size
        first = stored(repo)
        yield from _frame_commits(repo, df)
        df["c3"] = df["c3"] * 2.0
        repo.commit({"df": df})
        live = {"df": df}
        df.iloc[5, 5] = 2.5
        repo.commit(live)
        taken: list[float] = []

        def back() -> None:
            with timed() as clock:
                live.update(repo.rollback("HEAD~1", live).load())
            taken.append(clock.cpu_s)
            taken.append(clock.wall_s)

        peak_back = peak_over_start(back) / size
        clock = Clock(cpu_s=taken[0], wall_s=taken[1])
        yield Figures("roll back one version of it", "<= 0.3 s CPU", vars(clock), clock.cpu_s <= 0.3 * max(scale, 0.01))
        for at in range(3):
            df = df.copy()
            df[f"new{at}"] = df["c1"] > at
            repo.commit({"df": df})
        total = stored(repo)
        values = {"bytes": float(total), "first_bytes": float(first), "raw_bytes": size}
        yield Figures("9 versions of it", "<= 320 MB of 500 MB live", values, total <= 320 * MB if scale == 1 else None)
        yield Figures("peak memory at commit", "<= 1.5x live data", {"times_live": 1 + peak}, peak <= 0.5)
        yield Figures("peak memory at rollback", "<= 1.5x live data", {"times_live": 1 + peak_back}, peak_back <= 0.5)


def _frame_commits(repo: Any, df: pd.DataFrame) -> Iterator[Figures]:
    clock = timed_median(lambda: repo.commit({"df": df}), 5)
    yield Figures("500 MB frame, read only", "<= 0.10 s CPU", vars(clock), clock.cpu_s <= 0.10)
    before = stored(repo)
    df.iloc[7, 2] += 1.0
    with timed() as clock:
        repo.commit({"df": df})
    grew = stored(repo) - before
    ok = clock.cpu_s <= 0.5 and grew <= MB
    yield Figures("one cell changed in it", "<= 0.5 s CPU, <= 1 MB", {**vars(clock), "bytes": float(grew)}, ok)
    before = stored(repo)
    df["flag"] = df["c0"] > 0
    with timed() as clock:
        repo.commit({"df": df})
    grew = stored(repo) - before
    ok = clock.cpu_s <= 0.2 and grew <= MB
    yield Figures("a bool column added", "<= 0.2 s CPU, <= 1 MB", {**vars(clock), "bytes": float(grew)}, ok)
    before = stored(repo)
    head = df.head().copy()
    with timed() as clock:
        repo.commit({"df": df, "head": head})
    grew = stored(repo) - before
    ok = clock.cpu_s <= 0.12 and grew <= 50_000
    yield Figures("df.head().copy() beside it", "<= 0.12 s CPU, <= 0.05 MB", {**vars(clock), "bytes": float(grew)}, ok)


def forest(scale: float) -> Iterator[Figures]:
    """A 200-tree forest: 12 versions of its notebook, and a dict edited beside it."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier

    x, y = load_breast_cancer(return_X_y=True, as_frame=True)
    trees = max(int(200 * scale), 5)
    with new_repo() as repo:
        total = Clock()
        for at in range(12):
            model = RandomForestClassifier(trees, max_depth=4 + at // 4, random_state=at // 3).fit(x, y)
            with timed() as clock:
                repo.commit({"x": x, "y": y, "model": model, "params": {"depth": 4 + at // 4, "at": at}})
            total.cpu_s += clock.cpu_s
            total.wall_s += clock.wall_s
        size = stored(repo)
        ok = size <= 4 * MB and total.cpu_s <= 1.6
        yield Figures(
            "200-tree forest notebook, 12 versions", "<= 4 MB, <= 1.6 s CPU", {**vars(total), "bytes": float(size)}, ok
        )
        before = stored(repo)
        with timed() as clock:
            repo.commit({"x": x, "y": y, "model": model, "params": {"depth": 99}})
        grew = stored(repo) - before
        ok = clock.cpu_s <= 0.015 and grew <= 2000
        yield Figures(
            "a dict edited beside the forest", "<= 0.015 s CPU, <= 2 kB", {**vars(clock), "bytes": float(grew)}, ok
        )


def edited_array(scale: float) -> Iterator[Figures]:
    """One array of 400 MB with a cell edited, cells inserted, all of it rescaled: memory of the commit beside it."""
    array = np.random.default_rng(0).normal(size=max(int(50_000_000 * scale), 10_000))
    edits = {
        "a cell": lambda a: np.concatenate([a[:5000], [1.0], a[5001:]]),
        "1,000 inserted": lambda a: np.insert(a, len(a) // 2, np.arange(1000.0)),
        "all of it": lambda a: a * 1.0000001,
    }
    with new_repo() as repo:
        repo.commit({"a": array})
        for what, edit in edits.items():
            array = edit(array)
            values, clocks = {"a": array}, []

            def commit(values: dict[str, Any] = values, clocks: list[Clock] = clocks) -> None:
                with timed() as clock:
                    repo.commit(values)
                clocks.append(clock)

            peak = 1 + peak_over_start(commit) / array.nbytes
            ok = peak <= 1.5 if scale == 1 else None
            figures = {"peak_over_live": peak, "cpu_s": clocks[0].cpu_s}
            yield Figures(f"400 MB array, {what}: peak memory", "<= 1.5 of live data", figures, ok)


def refits(scale: float) -> Iterator[Figures]:
    """20 refits of a 200-tree forest of 16 MB."""
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(0)
    x = rng.normal(size=(max(int(4000 * scale), 200), 12))
    y = (x[:, 0] + rng.normal(size=len(x)) > 0).astype(int)
    clocks, raw = [], 0
    with new_repo() as repo:
        for at in range(20 if scale == 1 else 3):
            model = RandomForestClassifier(max(int(200 * scale), 5), random_state=at).fit(x, y)
            with timed() as clock:
                version = repo.commit({"model": model})
            clocks.append(clock.cpu_s)
            raw = version.raw_bytes
        values = {"bytes": float(stored(repo)), "raw_bytes_each": float(raw), "cpu_s_each": median(clocks)}
        ok = values["bytes"] <= 75 * MB and values["cpu_s_each"] <= 0.3
        yield Figures("20 refits of a 200-tree forest", "<= 75 MB of 16 MB each, <= 0.3 s CPU each", values, ok)


def throughput(scale: float) -> Iterator[Figures]:
    """Unchanged data against xxh3; first commits against zstd level 1 on two threads; restore against fresh memory."""
    yield from unchanged(scale)
    data = np.random.default_rng(0).normal(size=max(int(25_000_000 * scale), 10_000)).astype("f4")
    with new_repo() as repo:
        with timed() as first:
            repo.commit({"w": data})
        yield first_commit("first commit, float weights", data.view(np.uint8), first)
        copy = timed_median(lambda: np.empty_like(data).__setitem__(slice(None), data), 5)
        back = timed_median(lambda: repo.load("HEAD"), 3)
        share = copy.wall_s / back.wall_s
        yield Figures("restore, weights", ">= 50 % of a fresh copy", {"share": share}, share >= 0.5)
    df = frame(max(int(400_000 * scale), 1000))
    with new_repo() as repo:
        raw = b"".join(np.ascontiguousarray(df[c]).tobytes() for c in df if df[c].dtype.kind in "iufbM")
        raw += "".join(df["text"]).encode() + "".join(df["city"]).encode()
        with timed() as first:
            repo.commit({"df": df})
        yield first_commit("first commit, mixed frame", np.frombuffer(raw, np.uint8), first)
        copy = timed_median(lambda: df.copy(deep=True), 3)
        back = timed_median(lambda: repo.load("HEAD"), 3)
        share = copy.wall_s / back.wall_s
        yield Figures("restore, frame", ">= 30 % of a fresh copy", {"share": share}, share >= 0.3)


def unchanged(scale: float) -> Iterator[Figures]:
    """500 MB that nobody touched, hashed; and with its pages watched, which begins at the third look."""
    data = np.random.default_rng(0).integers(0, 1 << 62, max(int(62_500_000 * scale), 10_000))
    with new_repo() as repo:
        repo.settings.set("watch_pages", "off")
        repo.commit({"w": data})
        limit = timed_median(lambda: xxhash.xxh3_128_digest(data.data), 5)
        ours = timed_median(lambda: repo.commit({"w": data}), 5)
        share = limit.wall_s / ours.wall_s
        values = {"share": share, "share_cpu": limit.cpu_s / ours.cpu_s}
        yield Figures("unchanged data, throughput", ">= 60 % of xxh3 one thread", values, share >= 0.6)
        repo.settings.set("watch_pages", "on")
        for _ in range(5):
            repo.commit({"w": data})
        ours = timed_median(lambda: repo.commit({"w": data}), 5)
        values = {"share": limit.wall_s / ours.wall_s, "share_cpu": limit.cpu_s / ours.cpu_s}
        yield Figures("unchanged data, its pages watched", "no limit", values)


def first_commit(what: str, data: Any, ours: Clock) -> Figures:
    """A first commit against zstd level 1; and against zstd whose bytes are written and synced too, as ours are."""
    alone, durable = zstd_two_threads(data, durable=False), zstd_two_threads(data, durable=True)
    share = alone.wall_s / ours.wall_s
    values = {
        "share": share,
        "share_cpu": alone.cpu_s / ours.cpu_s,
        "share_of_durable_zstd": durable.wall_s / ours.wall_s,
        "share_cpu_of_durable_zstd": durable.cpu_s / ours.cpu_s,
    }
    return Figures(what, ">= 80 % of zstd-1 on two threads", values, share >= 0.8)


def zstd_two_threads(data: Any, *, durable: bool) -> Clock:
    """zstd level 1 over pieces of 1 MiB on two threads. durable: to a file that is synced."""
    view = memoryview(data).cast("B")
    pieces = [view[at : at + (1 << 20)] for at in range(0, len(view), 1 << 20)]

    def compress(piece: memoryview) -> bytes:
        return zstandard.ZstdCompressor(level=1).compress(piece)

    def work() -> None:
        with tempfile.TemporaryFile() as file:
            for frame in pool.map(compress, pieces):
                if durable:
                    file.write(frame)
            if durable:
                file.flush()
                os.fdatasync(file.fileno())

    with ThreadPoolExecutor(2) as pool:
        return timed_median(work, 3)


def edits(scale: float) -> Iterator[Figures]:
    """Scattered edits, an insertion, a training step: bytes stored against raw bytes."""
    rows = max(int(200_000 * scale), 5000)
    df = frame(rows)
    rng = np.random.default_rng(5)
    with new_repo() as repo:
        raw = repo.commit({"df": df}).raw_bytes
        edited = df.copy()
        where = rng.choice(rows, rows // 100, replace=False)
        edited.loc[where, "price"] = np.round(rng.gamma(2.0, 40.0, len(where)), 2)
        edited.loc[where, "size"] = rng.integers(0, 50, len(where))
        edited.loc[where, "score"] = rng.normal(size=len(where))
        share = repo.commit({"df": edited}).new_bytes / raw
        yield Figures("1 % of rows edited in 3 of 13 columns", "<= 0.5 % of raw", {"share": share}, share <= 0.005)
    with new_repo() as repo:
        repo.commit({"df": df})
        more = pd.concat([df.iloc[: rows // 2], frame(1000, 9), df.iloc[rows // 2 :]], ignore_index=True)
        share = repo.commit({"df": more}).new_bytes / raw
        yield Figures(
            "1,000 rows inserted in the middle",
            "<= 0.5 % of raw",
            {"share": share},
            share <= 0.005 if scale == 1 else None,
        )
    weights = [rng.normal(scale=0.05, size=(max(int(1500 * scale), 64), 1800)).astype("f4") for _ in range(2)]
    with new_repo() as repo:
        raw = repo.commit({"w": weights}).raw_bytes
        stepped = [w - (1e-5 * np.sign(rng.normal(size=w.shape))).astype("f4") for w in weights]
        share = repo.commit({"w": stepped}).new_bytes / raw
        yield Figures("one fine-tuning step", "<= 35 % of raw", {"share": share}, share <= 0.35)


def many_versions(scale: float) -> Iterator[Figures]:
    """Commits stay flat in the number of versions."""
    count = max(int(2000 * scale), 20)
    with new_repo() as repo:
        value = {"a": 1}
        early = timed_median(lambda: repo.commit({"a": value}), 15)
        for at in range(count):
            value["a"] = at
            repo.commit({"a": value})
        late = timed_median(lambda: repo.commit({"a": value}), 15)
        values = {"early_cpu_s": early.cpu_s, "late_cpu_s": late.cpu_s, "versions": float(count)}
        yield Figures("commit after many versions", "flat", values, late.cpu_s <= 2 * early.cpu_s)


def capture(scale: float) -> Iterator[Figures]:
    """Capture against the C pickler, protocol 5, in the same run."""
    import pickle

    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier

    from nbmodelver.codecs import graph

    x, y = load_breast_cancer(return_X_y=True)
    n = max(int(200_000 * scale), 1000)
    values = {
        "17 MB mixed frame": frame(max(int(150_000 * scale), 1000)),
        "200-tree forest": RandomForestClassifier(max(int(200 * scale), 5)).fit(x, y),
        "300,000 strings": [f"string {i}" for i in range(n * 3 // 2)],
        "200,000 small dicts": [{"a": i, "b": str(i), "c": float(i)} for i in range(n)],
        "100 M-parameter module": module(scale),
    }
    for name, value in values.items():
        theirs = timed_median(lambda value=value: pickle.dumps(value, 5))
        ours = timed_median(lambda value=value: graph.capture({"v": value}, {}))
        ratio = ours.cpu_s / theirs.cpu_s
        yield Figures(
            f"capture of a {name}", "<= 1.5x C pickle", {"ratio": ratio, "ours_ms": ours.cpu_s * 1e3}, ratio <= 1.5
        )


def module(scale: float) -> Any:
    """A torch module of 20 layers, 100 million parameters at scale 1."""
    import torch

    width = max(int(2236 * scale**0.5), 16)
    return torch.nn.Sequential(*[torch.nn.Linear(width, width) for _ in range(20)])


def rss() -> int:
    """Resident bytes now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def peak_over_start(work: Callable[[], Any]) -> float:
    """The most resident bytes during `work`, above those at its start. Linux counts from a mark that may be reset."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = rss()
    work()
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 - start


ROWS: dict[str, Callable[[float], Iterator[Figures]]] = {
    f.__name__: f
    for f in (nothing_changed, big_frame, edited_array, forest, refits, throughput, edits, many_versions, capture)
}  # fmt: skip
