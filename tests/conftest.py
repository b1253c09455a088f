"""The same random numbers for a test in whatever order and beside whatever tests it runs.

`NBMODELVER_TEST_SEED=7` gives each test others, and Hypothesis other examples: no test may depend on which. Nor on how
quick the machine is: Hypothesis would let an example fail that takes more than 0.2 s, as any may on a busy one.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shells import Shell


def _configuration() -> str:
    """A folder for the configuration of the tests, with a secret, so that no test is the one that creates it."""
    folder = Path(tempfile.mkdtemp(prefix="nbmodelver-config-"))
    (folder / "nbmodelver").mkdir(mode=0o700)
    secret = folder / "nbmodelver" / "identity.json"
    secret.touch(mode=0o600)
    secret.write_text(json.dumps({"secret": "5e" * 32}))
    return str(folder)


os.environ["XDG_CONFIG_HOME"] = _configuration()
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="nbmodelver-state-")
"""Tests, and the processes that they start, do not read or write the user's own configuration and queue."""

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


@pytest.fixture(autouse=True)
def _no_keys_are_left() -> Iterator[None]:
    """Remove the keys that a test created: with one, all events of later tests would be signed by the same person."""
    yield
    for name in ("signing-key.json", "pinned-keys.json"):
        Path(os.environ["XDG_CONFIG_HOME"], "nbmodelver", name).unlink(missing_ok=True)


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
