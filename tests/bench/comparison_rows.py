"""Rows of docs/benchmarks.md about comparisons: rows and cells, leaks, drift, and what the second one costs.

The peer is polars' inner join of the same two frames, where a key is at hand. Wall seconds, because both use threads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rows import Figures, new_repo, timed, timed_median

from nbmodelver.comparison.leaks.leakage import compared_columns, shared_rows
from nbmodelver.comparison.rows.row_diff import RowDiff, row_diff
from nbmodelver.comparison.side_by_side import side_by_side
from nbmodelver.comparison.tables.cached_hashes import CACHE
from nbmodelver.comparison.tables.drift import drifts
from nbmodelver.comparison.tables.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.comparison.tables.tables import TableData


def table(value: Any) -> TableData:
    """The value as a table."""
    found = table_of(value)
    assert found is not None
    return found


def _edited(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The frame without 0.2 % of its rows, shuffled, and with one number changed in 1 % of them."""
    gone = rng.choice(len(frame), len(frame) // 500, replace=False)
    kept = frame.drop(index=gone).sample(frac=1, random_state=1).reset_index(drop=True)
    numbers = [c for c in kept.columns if c != "id" and kept[c].dtype == float]
    values = kept[numbers].to_numpy().copy()
    rows = rng.choice(len(kept), len(kept) // 100, replace=False)
    values[rows, rng.integers(0, len(numbers), len(rows))] += 1.0
    return kept.assign(**dict(zip(numbers, values.T, strict=True)))


def _as_expected(found: RowDiff, before: pd.DataFrame, after: pd.DataFrame) -> bool:
    gone = len(before) - len(after)
    return (found.changed, len(found.added), len(found.removed)) == (len(after) // 100, 0, gone)


def row_diffs(scale: float) -> Iterator[Figures]:
    """A million rows and 20 numbers, shuffled, 1 % of the rows changed; with a key and without; with four texts."""
    rng = np.random.default_rng(0)
    count = max(int(1_000_000 * scale), 2_000)
    frame = pd.DataFrame(rng.standard_normal((count, 20)), columns=[f"c{i}" for i in range(20)])
    frame.insert(0, "id", rng.permutation(10 * count)[:count])
    words = np.array([f"word {i}" for i in range(max(count // 5, 10))], dtype=object)
    texts = frame.assign(**{f"t{i}": words[rng.integers(0, len(words), count)] for i in range(4)})
    after = _edited(frame, np.random.default_rng(1))
    for what, before, later, key, limit in (
        ("with a key", frame, after, True, 0.5),
        ("without a key", frame.drop(columns="id"), after.drop(columns="id"), False, 0.5),
        ("with four texts", texts, _edited(texts, np.random.default_rng(1)), True, 1.0),
    ):
        tables = table(before), table(later)
        assert _as_expected(row_diff(*tables), before, later)
        own = timed_median(lambda tables=tables: row_diff(*tables), 5)
        join = _join(texts if what == "with four texts" else frame, later if key else after)
        figures = {
            "wall_s": own.wall_s,
            "cpu_s": own.cpu_s,
            "polars_join_wall_s": join[0],
            "polars_join_cpu_s": join[1],
        }
        ratio = own.wall_s / join[0] if join[0] else 0.0
        yield Figures(
            f"rows and cells of {count:,} rows, {what}", f"<= {limit} of polars' inner join",
            {**figures, "ratio": ratio}, ratio <= limit if scale == 1 else None,
        )  # fmt: skip


def _join(before: pd.DataFrame, after: pd.DataFrame) -> tuple[float, float]:
    """Wall and CPU seconds of polars for the inner join by the key; 0 without polars."""
    try:
        import polars as pl
    except ImportError:
        return 0.0, 0.0
    sides = pl.from_pandas(before), pl.from_pandas(after)
    clock = timed_median(lambda: sides[0].join(sides[1], on="id", how="inner"), 5)
    return clock.wall_s, clock.cpu_s


def _with_ids(table: TableData, edition: str, *, of: int | None = None) -> TableData:
    """The table with an id for each column, as a store gives them. of: only so many columns have this edition."""
    editions = (edition if of is None or at < of else "v1" for at in range(len(table.columns)))
    columns = zip(table.columns, editions, strict=True)
    return replace(table, columns=tuple(replace(c, id=f"{table.rows}.{c.name}.{e}") for c, e in columns))


def leaks(scale: float) -> Iterator[Figures]:
    """53 rows of a test set of 100,000 in a training set of a million."""
    rng = np.random.default_rng(0)
    count = max(int(1_000_000 * scale), 2_000)
    for columns in (20, 100):
        tested = pd.DataFrame(rng.standard_normal((max(count // 10, 200), columns)).astype("float32"))
        trained = pd.DataFrame(rng.standard_normal((count, columns)).astype("float32"))
        trained = pd.concat([trained, tested.head(53)], ignore_index=True)
        tables = _with_ids(table(trained), "v1"), _with_ids(table(tested), "v1")

        def check(tables: tuple[TableData, TableData] = tables) -> int:
            return len(shared_rows(*tables, compared_columns(*tables)).test)

        def check_first() -> int:
            CACHE.clear()
            return check()

        assert check_first() == 53
        clock = timed_median(check_first, 5)
        yield Figures(
            f"leak of 53 rows, {count:,} x {columns}", "<= 0.3 s", {"wall_s": clock.wall_s, "cpu_s": clock.cpu_s},
            clock.wall_s <= 0.3 if scale == 1 else None,
        )  # fmt: skip
        trained.iloc[:10, 0] += 1.0
        editions = ((_with_ids(table(trained), f"v{i}", of=1), tables[1]) for i in range(2, 9))
        again = timed_median(lambda editions=editions: check(next(editions)), 5)
        yield Figures(
            f"the same after 10 rows changed, {count:,} x {columns}", "<= 0.05 s",
            {"wall_s": again.wall_s, "cpu_s": again.cpu_s}, again.wall_s <= 0.05 if scale == 1 else None,
        )  # fmt: skip


def drift(scale: float) -> Iterator[Figures]:
    """A hundred columns of a million rows, of which one moved by 0.3 standard deviations."""
    rng = np.random.default_rng(0)
    count = max(int(1_000_000 * scale), 2_000)
    before = pd.DataFrame(rng.standard_normal((count, 100)))
    after = pd.DataFrame(rng.standard_normal((count, 100)))
    after[3] += 0.3
    tables = table(before), table(after)
    assert "3" in [d.name for d in drifts(*tables) if d.verdict == "moved"]
    clock = timed_median(lambda: drifts(*tables), 3)
    figures = {"wall_s": clock.wall_s, "cpu_s": clock.cpu_s}
    yield Figures(f"drift of 100 columns, {count:,} rows", "<= 3 s", figures, clock.wall_s <= 3 if scale == 1 else None)


def compared_again(scale: float) -> Iterator[Figures]:
    """The second comparison of two versions, and a thousand versions side by side."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((max(int(200_000 * scale), 1_000), 30)))
    with new_repo() as repo:
        repo.commit({"train": frame, "lr": 0.1}, metrics={"acc": 0.9})
        repo.commit({"train": _edited(frame.rename(columns=str), rng), "lr": 0.2}, metrics={"acc": 0.8})
        with timed() as first:
            repo.diff("v1", "v2")
        again = timed_median(lambda: repo.diff("v1", "v2"), 5)
        figures = {"first_wall_s": first.wall_s, "again_wall_s": again.wall_s}
        yield Figures(
            "second comparison of two versions", "<= 0.05 s", figures, again.wall_s <= 0.05 if scale == 1 else None
        )
        count = max(int(1_000 * scale), 10)
        for i in range(count):
            repo.commit({"lr": i / count}, metrics={"acc": i / count, "loss": 1 - i / count}, params={"seed": i})

        def compare() -> None:
            versions = repo.log()[:count]
            side_by_side(versions, "acc", repo.directions(versions))

        clock = timed_median(compare, 3)
        yield Figures(
            f"{count:,} versions side by side",
            "<= 1 s",
            {"wall_s": clock.wall_s},
            clock.wall_s <= 1 if scale == 1 else None,
        )


ROWS = {f.__name__: f for f in (row_diffs, leaks, drift, compared_again)}
