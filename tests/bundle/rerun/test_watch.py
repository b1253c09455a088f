"""The watch notes hosts while a cell runs, and refuses connections if it is offline."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nbmodelver.bundle.rerun.watch import Offline, Watch, cell_begins


@pytest.mark.parametrize("is_offline", [False, True])
def test_hosts_are_noted_or_refused(is_offline: bool) -> None:
    watch = Watch(is_offline=is_offline)
    watch.is_active = True
    for address in (("127.0.0.1", 80), ("localhost", 80), "/run/socket"):
        watch.hook("socket.connect", (None, address))
    assert watch.hosts == {}
    if is_offline:
        with pytest.raises(Offline, match=r"192\.0\.2\.1"):
            watch.hook("socket.connect", (None, ("192.0.2.1", 80)))
    else:
        watch.hook("socket.getaddrinfo", ("example.org", 80, 0, 0, 0))
    assert len(watch.hosts) == 1


def test_a_cell_has_its_recorded_execution_count() -> None:
    shell = SimpleNamespace(execution_count=1)
    cell_begins(shell, None)
    assert shell.execution_count == 1
    cell_begins(shell, 7)
    assert shell.execution_count == 7
