"""The same random numbers for a test in whatever order and beside whatever tests it runs.

`NBMODELVER_TEST_SEED=7` gives each test others, and Hypothesis other examples: no test may depend on which.
"""

from __future__ import annotations

import os
import random
import sys
from zlib import crc32

import hypothesis
import pytest

SEED = int(os.environ.get("NBMODELVER_TEST_SEED", "0"))
hypothesis.settings.register_profile("the same", derandomize=True)
if not SEED:
    hypothesis.settings.load_profile("the same")


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    seed = crc32(request.node.nodeid.encode(), SEED)
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
