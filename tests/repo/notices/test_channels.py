"""The addresses of channels are this user's own, and none is shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.repo.notices import apprise, channels
from nbmodelver.repo.notices.channels import Channels, masked
from tests.registry.hooked import SECRET

if TYPE_CHECKING:
    from pathlib import Path


def test_an_address_is_kept_by_its_user_only_and_shown_masked(tmp_path: Path):
    own = Channels(tmp_path)
    own.set("team", f"https://hooks.example.org/very/secret#{SECRET}")
    own.set("mail", "mailto://ada:pass-word@example.org")
    assert own.masked() == {"mail": "mailto://…", "team": "https://hooks.example.org/…"}
    assert own.all()["team"].endswith(SECRET)
    assert (tmp_path / channels.FILE).stat().st_mode & 0o777 == 0o600
    own.set("mail", "")
    own.set("mail", "")
    assert list(own.all()) == ["team"]
    os.chmod(tmp_path / channels.FILE, 0o666)
    assert Channels(tmp_path).all() == {}, "another user may have written it"


@pytest.mark.parametrize(
    "address",
    [
        "no address", "x" * 3000 + "://y", f"http://example.org/x#{SECRET}", "https://example.org/x#whsec_short",
        f"https://ada:pass-word@example.org/#{SECRET}", f"https:///x#{SECRET}", f"https://example.org:x/#{SECRET}",
        "nosuchservice://pass-word", "https://example.org/no-secret-pass-word",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(tmp_path: Path, address: str):
    with pytest.raises(UsageError) as caught:
        Channels(tmp_path).set("team", address)
    assert "pass-word" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert Channels(tmp_path).all() == {}


def test_the_name_of_a_channel_is_short_and_plain(tmp_path: Path):
    for name in ("", "../x", "Team", "a" * 41):
        with pytest.raises(UsageError, match="no name of a channel"):
            Channels(tmp_path).set(name, f"https://example.org/#{SECRET}")


def test_without_apprise_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apprise, "is_installed", lambda: False)
    with pytest.raises(UsageError, match="needs Apprise") as caught:
        Channels(tmp_path).set("team", "mailto://ada:pass-word@example.org")
    assert "nbmodelver[notify]" in caught.value.hint
    Channels(tmp_path).set("team", f"https://example.org/#{SECRET}")


@pytest.mark.parametrize("address", ["", "x", "a b://c", "http://[", "slack://TokenA/TokenB"])
def test_nothing_but_the_scheme_of_an_odd_address_is_shown(address: str):
    assert masked(address) in ("…", "http://…", "slack://…")
