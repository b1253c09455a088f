"""~/.ssh/config says where to connect to."""

import getpass

import pytest

from nbmodelver.errors import RemoteError, RemoteUnreachable
from nbmodelver.store.objects.sftp_connections import dropped, is_dropped, target


@pytest.fixture
def configured(monkeypatch, tmp_path):
    """Writes ~/.ssh/config."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()

    def write(text):
        (tmp_path / ".ssh" / "config").write_text(text)
        return tmp_path

    return write


def of(name="team", user="", port=0):
    return target(name, user, port, 10.0, 60.0)


def test_without_a_configuration_the_address_says_it_all(configured):
    found = of("host.example.org")
    assert (found.host, found.port, found.user, found.proxy) == ("host.example.org", 22, getpass.getuser(), "")
    assert found.known_hosts[0].endswith("/.ssh/known_hosts")
    assert found.command == "ssh host.example.org"
    assert of("host", "me", 2222).command == "ssh -p 2222 me@host"


def test_the_configuration_gives_host_port_user_and_keys(configured):
    home = configured(
        "Host team\n HostName 10.1.2.3\n Port 2200\n User builder\n IdentityFile ~/.ssh/team\n"
        " IdentityFile ~/.ssh/none\n IdentitiesOnly yes\n UserKnownHostsFile ~/.ssh/a ~/.ssh/b\n"
    )
    (home / ".ssh" / "team").touch()
    found = of()
    assert (found.name, found.host, found.port, found.user) == ("team", "10.1.2.3", 2200, "builder")
    assert found.keys == (str(home / ".ssh" / "team"),)
    assert found.known_hosts == (str(home / ".ssh" / "a"), str(home / ".ssh" / "b"))
    assert found.only_these_keys


def test_the_address_wins_over_the_configuration(configured):
    configured("Host team\n Port 2200\n User builder\n")
    assert (of(user="me", port=99).user, of(user="me", port=99).port) == ("me", 99)


def test_jump_hosts_and_proxy_commands_are_used(configured):
    configured("Host team\n HostName inner\n ProxyJump me@gate,second\n")
    assert of().proxy == "ssh -J me@gate -W inner:22 second"
    configured("Host team\n HostName inner\n ProxyJump gate:2222\n")
    assert of().proxy == "ssh -W inner:22 ssh://gate:2222"
    configured("Host team\n ProxyCommand none\n")
    assert of().proxy == ""
    configured("Host team\n HostName inner\n ProxyCommand corkscrew %h %p\n")
    assert of().proxy == "corkscrew inner 22"


def test_a_malformed_configuration_is_named(configured):
    configured("Host team\n Port\n")
    with pytest.raises(RemoteError, match="config cannot be read"):
        of()


def test_a_lost_connection_is_told_from_an_answer():
    assert [is_dropped(error) for error in (EOFError(), TimeoutError(), ConnectionResetError())] == [True] * 3
    assert is_dropped(OSError("Socket is closed"))
    assert not is_dropped(OSError("Failure"))
    assert not is_dropped(FileNotFoundError(2, "no"))
    assert type(dropped(EOFError(), "read", "ssh://host/x")) is RemoteUnreachable
    assert dropped(TimeoutError(), "read", "ssh://host/x").message == "cannot read ssh://host/x: no answer in time"
