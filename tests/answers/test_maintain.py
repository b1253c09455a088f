"""Answers about maintenance: what is done, what is only shown, and how it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.answers.maintain import _shortened
from nbmodelver.errors import UnknownVersion, UsageError
from tests.registry.hooked import SECRET, own_folders

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo
    from tests.answers.conftest import Ask


@pytest.fixture(autouse=True)
def three(repo: Repo) -> None:
    for number in range(3):
        repo.commit({"rows": list(range(number, 5000)), "rate": number}, metrics={"loss": float(number)})


def test_a_purge_is_shown_before_it_is_confirmed(ask: Ask, repo: Repo) -> None:
    assert str(ask("purge rate")) == "rate would be removed from v1, v2, v3 · --yes removes it permanently"
    assert "rate" in repo["v3"].kept
    assert str(ask("purge rate --yes")) == "rate was removed from v1, v2, v3"
    assert "rate" not in repo["v3"].kept
    with pytest.raises(UsageError, match="nothing is named to remove"):
        ask("purge")


def test_many_versions_are_a_number_and_a_range() -> None:
    names = [f"v{i}" for i in range(1, 22)]
    assert _shortened(names[:20]) == ", ".join(names[:20])
    assert _shortened(names) == "21 versions, v1 to v21"


def test_versions_are_forgotten_and_restored(ask: Ask, repo: Repo) -> None:
    assert "would be forgotten" in str(ask("forget v1 --dry-run"))
    assert repo["v1"].number == 1
    assert str(ask("forget v1")).startswith("1 version forgotten")
    with pytest.raises(UnknownVersion):
        repo["v1"]
    assert str(ask("forget --undo v1")) == "v1 restored"
    assert repo["v1"].number == 1


def test_every_rule_of_forget_reaches_the_store(ask: Ask, repo: Repo) -> None:
    assert "2 versions would be forgotten" in str(ask("forget --keep-last 1 --dry-run"))
    assert "2 versions would be forgotten" in str(ask("forget --keep-tagged --dry-run"))
    assert "1 version would be forgotten" in str(ask("forget --best loss=1 --dry-run"))
    assert "1 version would be forgotten" in str(ask("forget v2 --dry-run"))
    assert [v.name for v in repo.log()] == ["v3", "v2", "v1"]


def test_verify_says_how_much_was_checked(ask: Ask) -> None:
    assert str(ask("verify")) == "no problems · checked: structure of 3 versions"
    assert str(ask("verify --full")) == "no problems · checked: every byte of 3 versions"
    assert str(ask("verify --sample 50")) == "no problems · checked: structure and 50 % of the parts of 3 versions"


def test_a_backup_is_a_store_with_all_versions(ask: Ask, tmp_path: Path) -> None:
    assert str(ask(f"backup {tmp_path / 'copy'}")).startswith("3 versions in")
    assert (tmp_path / "copy" / "format").is_file()


def test_repair_changes_nothing_without_consent(ask: Ask, repo: Repo) -> None:
    assert "nothing to repair" in str(ask("repair"))
    key = next(iter(repo.backend.list("packs/")))
    data = bytearray(repo.backend.read(key))
    data[60] ^= 1
    repo.backend.delete(key)
    repo.backend.create(key, [bytes(data)])
    assert "nothing was changed" in str(ask("repair"))
    assert key in list(repo.backend.list("packs/"))
    assert "nothing was changed" not in str(ask("repair --yes"))
    assert key not in list(repo.backend.list("packs/"))


def test_gc_removes_recent_data_only_on_request(ask: Ask, repo: Repo) -> None:
    ask("forget v1")
    before = repo.size_bytes()
    assert "would remove" in str(ask("gc --now --dry-run"))
    assert repo.size_bytes() == before
    assert "nothing to remove" in str(ask("gc"))
    assert str(ask("gc --now")).startswith("removed")
    assert repo.size_bytes() < before


def test_stats_are_limited_to_the_largest(ask: Ask) -> None:
    assert "rate" in str(ask("stats"))
    assert "2 more:" in str(ask("stats --limit 1"))


def test_a_setting_is_shown_and_changed(ask: Ask, repo: Repo) -> None:
    assert dict(ask("config author Ada").value) == {"author": "Ada"}
    assert repo.settings["author"] == "Ada"
    assert set(ask("config").value) == set(repo.settings.all())
    with pytest.raises(UsageError):
        ask("config nonsense 1")


def test_the_address_of_a_channel_is_kept_by_its_user_and_shown_masked(
    ask: Ask, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_folders(tmp_path, monkeypatch)
    line = f"config channel.team https://hooks.example.org/secret-path#{SECRET}"
    for asked in (line, "config channel.team", "config"):
        shown = ask(asked)
        assert dict(shown.value)["channel.team"] == "https://hooks.example.org/…"
        assert "secret-path" not in str(shown)
    assert repo.refs.get("settings") is None
    assert dict(ask("config channel.team off").value) == {"channel.team": ""}
    assert "channel.team" not in dict(ask("config").value)
    with pytest.raises(UsageError, match="no name of a channel"):
        ask("config channel.TEAM x://y")
