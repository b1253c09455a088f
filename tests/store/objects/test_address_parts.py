"""Which hosts are this machine."""

import pytest

from nbmodelver.store.objects.address_parts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "::2", "x127.0.0.1"]
)
def test_other_hosts(host):
    assert not is_loopback(host)
