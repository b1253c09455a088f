"""The same random numbers for a test in whatever order and beside whatever tests it runs.

`NBMODELVER_TEST_SEED=7` gives each test others, and Hypothesis other examples: no test may depend on which. Nor on how
quick the machine is: Hypothesis would let an example fail that takes more than 0.2 s, as any may on a busy one.
"""

from __future__ import annotations

import os
import random
import sys
from zlib import crc32

import hypothesis
import pytest

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
