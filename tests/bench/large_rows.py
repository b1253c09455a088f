"""The rows of docs/benchmarks.md about long histories of big values: a frame of 2 million rows, 400 MB of tensors."""

from __future__ import annotations

import threading
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rows import MB, Figures, new_repo, stored, timed
from workloads import mixed_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSIONS = 20


def wide_frame(rows: int, seed: int = 0) -> pd.DataFrame:
    """18 columns, about 141 bytes a row: 282 MB at 2 million rows."""
    rng = np.random.default_rng(seed + 100)
    df = mixed_frame(rows, seed)
    df["amount"] = np.round(rng.lognormal(3, 1, rows), 2)
    df["count"] = rng.poisson(30, rows)
    df["user"] = rng.integers(0, 50_000, rows)
    df["rating"] = rng.choice([1.0, 1.5, 2.0, 4.5, 5.0], rows)
    df["updated"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 10_000_000, rows)), unit="s")
    return df


def raw_bytes(df: pd.DataFrame) -> int:
    """What the columns hold."""
    return int(df.memory_usage(index=False).sum())


def big_frame_first(scale: float) -> Iterator[Figures]:
    """The first version of the frame."""
    df = wide_frame(max(int(2_000_000 * scale), 2000))
    with new_repo() as repo:
        with timed() as clock:
            version = repo.commit({"df": df})
        size = stored(repo)
        values = {"bytes": float(size), "raw_bytes": float(version.raw_bytes), **vars(clock)}
        ok = size <= 72 * MB and clock.wall_s <= 1.5 if scale == 1 else None
        yield Figures(
            "first version of a frame of 2 M rows, 18 columns", "<= 72 MB, <= 1.5 s on two threads", values, ok
        )


def big_frame_versions(scale: float) -> Iterator[Figures]:
    """20 versions of it: 1 % of the rows replaced each time; 1,000 rows inserted each time."""
    rows = max(int(2_000_000 * scale), 5000)
    for what, reach, limit, change in (
        ("1 % of rows changed each", "<= 125 MB, <= 2 s each", 125, replaced),
        ("1,000 rows inserted each", "<= 135 MB, <= 2 s each", 135, inserted),
    ):
        with new_repo() as repo:
            df, seconds, peak = wide_frame(rows), [], []
            for at in range(VERSIONS if scale == 1 else 3):
                if at:
                    df = change(df, at)
                with timed() as clock:
                    repo.commit({"df": df})
                if at:
                    seconds.append(clock.cpu_s)
                    peak.append(clock.wall_s)
            size = stored(repo)
            values = {"bytes": float(size), "cpu_s_each": median(seconds), "wall_s_each": median(peak)}
            ok = size <= limit * MB and values["cpu_s_each"] <= 2 if scale == 1 else None
            yield Figures(f"20 versions of the frame, {what}", reach, values, ok)


def replaced(df: pd.DataFrame, seed: int) -> pd.DataFrame:
    """1 % of the rows hold something else, in every column but the first two."""
    where = np.sort(np.random.default_rng(seed).choice(len(df), len(df) // 100, replace=False))
    other = wide_frame(len(where), seed)
    df = df.copy()
    for at, name in enumerate(df.columns):
        if name not in ("id", "when", "kind"):
            df.iloc[where, at] = other[name].to_numpy()
    return df


def inserted(df: pd.DataFrame, seed: int) -> pd.DataFrame:
    """1,000 new rows somewhere in the middle."""
    at = int(np.random.default_rng(seed).integers(0, len(df)))
    return pd.concat([df.iloc[:at], wide_frame(1000, seed), df.iloc[at:]], ignore_index=True)


def tensors(scale: float) -> Iterator[Figures]:
    """20 versions of 400 MB of float32 in 20 layers, one of which is trained between two versions; and one back."""
    rng = np.random.default_rng(0)
    side = max(int(2236 * scale**0.5), 64)
    layers = {f"layer{i}": (rng.normal(size=(side, side)) * 0.05).astype("f4") for i in range(20)}
    with new_repo() as repo:
        seconds = []
        for at in range(VERSIONS if scale == 1 else 3):
            if at:
                layers[f"layer{at}"] = (rng.normal(size=(side, side)) * 0.05).astype("f4")
            with timed() as clock:
                repo.commit({"weights": layers})
            if at:
                seconds.append(clock.cpu_s)
        size = stored(repo)
        values = {"bytes": float(size), "cpu_s_each": median(seconds)}
        ok = size <= 730 * MB and values["cpu_s_each"] <= 1 if scale == 1 else None
        yield Figures("20 versions of 400 MB of tensors, one layer of 20 changed each", "<= 730 MB, <= 1 s", values, ok)
        live: dict[str, Any] = {"weights": layers}
        with timed() as clock:
            live.update(repo.rollback("v1", live).load())
        yield Figures("the first of them back to live", "<= 0.9 s", vars(clock), clock.wall_s <= 0.9)


def pauses(scale: float) -> Iterator[Figures]:
    """How long another thread waits at most while 2 GB are committed: widgets and heartbeats live on such threads."""
    values = gigabytes(scale)
    with new_repo() as repo:
        for what in ("first", "one cell changed"):
            longest, took = longest_pause(lambda: repo.commit(values))
            figures = {"longest_pause_s": longest, "commit_wall_s": took}
            ok = longest <= 0.2 if scale == 1 else None
            yield Figures(f"longest pause of another thread, commit of 2 GB, {what}", "<= 0.2 s", figures, ok)
            values["df"].iloc[5, 5] = 1.0


def gigabytes(scale: float) -> dict[str, Any]:
    """2 GB of floats at scale 1, in a frame and in layers."""
    rng = np.random.default_rng(0)
    rows = max(int(18_000_000 * scale), 20_000)
    layers = [rng.normal(size=(1000, 1000)).astype("f4") for _ in range(max(int(70 * scale), 2))]
    return {"df": pd.DataFrame({f"c{i}": rng.normal(size=rows) for i in range(12)}), "weights": layers}


def longest_pause(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the longest pause of a thread that only wants to tick, and of the work, here in the main thread."""
    waited: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not stop.is_set():
            time.sleep(0.002)
            now = time.perf_counter()
            waited.append(now - last)
            last = now

    ticker = threading.Thread(target=tick)
    ticker.start()
    with timed() as clock:
        work()
    stop.set()
    ticker.join()
    return max(waited), clock.wall_s


ROWS: dict[str, Callable[[float], Iterator[Figures]]] = {
    f.__name__: f for f in (big_frame_first, big_frame_versions, tensors, pauses)
}
