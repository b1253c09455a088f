"""One gateway for the whole lane. Without radosgw nothing is collected; `make test-radosgw` installs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.environments import machine
from tests.radosgw_lane.ceph import radosgw
from tests.store.objects.conftest import _no_credentials_of_the_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests import servers

__all__ = ["_no_credentials_of_the_user"]

collect_ignore_glob = [] if machine.RADOSGW.path else ["test_*.py"]


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """The running gateway."""
    with radosgw(tmp_path_factory.mktemp("ceph")) as server:
        yield server
