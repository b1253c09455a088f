"""A remembered key pairs rows where both tables have its columns, and is said not to be used where they do not."""

from __future__ import annotations

import pandas as pd
import pytest

from nbmodelver.comparison.rows.remembered_key import keyed_diff, missing_columns
from nbmodelver.comparison.tables.tables import TableData, table_of

BEFORE = pd.DataFrame({"nr": [1.5, 2.5, 3.5], "a": [1, 2, 3], "b": [7, 8, 9], "c": [4, 5, 6]})
AFTER = pd.DataFrame({"nr": [3.5, 1.5, 2.5], "a": [30, 1, 20], "b": [90, 7, 80], "c": [60, 4, 50]})


def table(frame: pd.DataFrame) -> TableData:
    found = table_of(frame)
    assert found is not None
    return found


def test_rows_are_paired_by_the_key_and_that_is_said():
    found = keyed_diff(table(BEFORE), table(AFTER), ["nr"])
    assert (found.changed, len(found.added), len(found.removed)) == (2, 0, 0)
    assert found.how == ("key nr (remembered)",)
    assert found.note == ""


@pytest.mark.parametrize(
    ("key", "note"),
    [
        (["nr", "gone"], "the remembered key nr, gone is not used: gone is not in both versions"),
        (["x", "y"], "the remembered key x, y is not used: x, y are not in both versions"),
    ],
)
def test_a_key_without_its_columns_is_said_not_to_be_used(key, note):
    found = keyed_diff(table(BEFORE), table(AFTER), key)
    assert found.note == note
    assert not any("remembered" in how for how in found.how)


def test_a_renamed_column_is_still_the_key():
    assert missing_columns(table(BEFORE), table(BEFORE.rename(columns={"nr": "id"})), ["id"]) == []
    assert missing_columns(table(BEFORE), table(BEFORE.rename(columns={"nr": "id"})), ["nr"]) == ["nr"]


def test_a_column_of_objects_is_no_key():
    frame = BEFORE.assign(o=[object(), object(), object()])
    assert missing_columns(table(frame), table(frame), ["nr", "o"]) == ["o"]
