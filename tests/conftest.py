"""The same random numbers for a test in whatever order and beside whatever tests it runs.

`NBMODELVER_TEST_SEED=7` gives each test others, and Hypothesis other examples: no test may depend on which. Nor on how
quick the machine is: Hypothesis would let an example fail that takes more than 0.2 s, as any may on a busy one.
"""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING, Any
from zlib import crc32

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.shells import Shell

SEED = int(os.environ.get("NBMODELVER_TEST_SEED", "0"))
hypothesis.settings.register_profile(
    "ours", derandomize=not SEED, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("ours")


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    seed = crc32(request.node.nodeid.encode(), SEED)
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A new shell in an empty folder."""
    from tests.shells import new_shell  # Most tests need no IPython.

    with new_shell(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes further shells, in the same folder unless another is given: a restarted kernel, a second notebook."""
    from tests.shells import new_shell

    return lambda folder=tmp_path: new_shell(folder, monkeypatch)
