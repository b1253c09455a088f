"""`%mv_diff v1 v2 df --key id` and `--exact`: how the rows of a table are paired and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from tests.shells import Shell

pytest.importorskip("pandas")


@pytest.fixture
def study(shell: Shell) -> Shell:
    shell.run(
        "import numpy as np, pandas as pd\n"
        "df = pd.DataFrame({'id': [1, 2, 3, 4], 'day': [1, 1, 2, 2], 'x': [0.0, 1.0, 2.0, 3.0]})\n"
        "%mv_commit df\n"
        "df = pd.DataFrame({'id': [4, 3, 2, 1], 'day': [2, 2, 1, 1], 'x': [3.5, 2.5, 1.5, -0.0]})\n"
        "%mv_commit df"
    )
    return shell


def test_rows_are_paired_by_the_key_that_the_user_names(study: Shell) -> None:
    found = study.run("%mv_diff v1 v2 df --key id,day")
    section = next(s for s in found.sections if s.id == "rows.df")
    assert section.rows[0].cells[:3] == ("rows changed", 3, "paired by key id, day")


def test_the_sign_of_zero_is_told_with_exact(study: Shell) -> None:
    assert "sign of zero" not in str(study.run("%mv_diff v1 v2 df"))
    found = study.run("%mv_diff v1 v2 df --exact")
    section = next(s for s in found.sections if s.id == "rows.df")
    assert section.rows[-1].cells[:3] == ("column x", 1, "only the sign of zero")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%mv_diff v1 v2 --key id", "--key needs one table"),
        ("%mv_diff v1 v2 --exact", "--exact needs one table"),
        ("%mv_diff v1 v2 df --key nr", "'df' has no column 'nr'"),
    ],
)
def test_what_cannot_be_compared_so_is_said(study: Shell, line: str, says: str) -> None:
    error = study.fails(line)
    assert isinstance(error, UsageError)
    assert error.message == says
