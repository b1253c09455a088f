"""The Nth call of each kind fails (D4): one NbmodelverError, no id, and the store is unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.faults import worlds
from tests.faults.calls import ERRNOS, Fault
from tests.faults.counts import LONG, count
from tests.faults.test_kills import before

if TYPE_CHECKING:
    from tests.faults.zygote import Zygote

Fresh = Callable[[str], str]
MEANT = {"fsync": "EIO", "write": "ENOSPC", "create": "EMFILE", "link": "EDQUOT", "mkdir": "EACCES", "flock": "EIO"}
"""The error that the short form tries for a kind of call."""


def chosen(operation: str, kind: str) -> tuple[str, ...]:
    """Return the errors to try: in the long run all for a commit, the most common ones for the others."""
    if not LONG:
        return (MEANT.get(kind, "ENOSPC"),)
    return tuple(ERRNOS) if operation == "commit" else ("ENOSPC", "EIO", "EACCES")


@pytest.mark.parametrize("operation", worlds.OPERATIONS)
def test_d4_a_failing_call_is_one_error_that_names_it_and_never_an_id(
    operation: str, zygote: Zygote, fresh: Fresh
) -> None:
    name, seed = worlds.OPERATIONS[operation].__name__, worlds.SEED.get(operation, 0)
    healthy = zygote.run(f"worlds.{name}", fresh(operation), seed, counted=True)
    assert healthy.how == "done", healthy
    assert healthy.seen
    for kind, last in healthy.seen.items():
        stride = 1 if LONG else max((last + 1) // (4 if operation == "commit" else 1), 1)
        for number in range(0, last + 1, stride):
            for error in chosen(operation, kind):
                folder = fresh(operation)
                ended = zygote.run(f"worlds.{name}", folder, seed, fault=Fault(kind=kind, number=number, error=error))
                where = (kind, number, error, ended)
                assert ended.how in ("done", "failed"), where
                assert not ended.said.startswith("bug"), where
                if kind in ("fsync", "write", "link") and operation in ("commit", "first commit"):
                    assert ended.how == "failed", where  # Nothing that failed like this may be acknowledged.
                seeds = before(operation) + ((ended.value,) if ended.value else ())
                again = "rollback" if ended.how == "done" and ended.value else operation
                after = zygote.run("worlds.aftermath", folder, seeds, again)
                assert (after.how, after.value) == ("done", []), (where, after)
                count(f"call fails with {error}", operation)
