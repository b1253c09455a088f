"""The keys of age of this user: where they come from, and what is refused."""

import pyrage
import pytest

from nbmodelver.errors import UsageError
from nbmodelver.remote import own_keys
from nbmodelver.remote.own_keys import OwnKeys, recipients


@pytest.fixture
def keys(tmp_path, monkeypatch):
    for variable in (own_keys.VARIABLE, own_keys.FILE_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    return OwnKeys(tmp_path / "config", tmp_path / "home")


def test_a_key_is_made_once_and_only_its_owner_reads_it(keys):
    assert keys.all() == []
    public = keys.public()
    assert public.startswith("age1")
    assert keys.public() == public
    assert [str(one.to_public()) for one in keys.all()] == [public]
    assert keys.path.stat().st_mode & 0o077 == 0


def test_a_key_file_that_others_can_read_is_refused(keys):
    keys.public()
    keys.path.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others") as caught:
        keys.all()
    assert "chmod 600" in caught.value.hint


def test_variables_come_first(keys, tmp_path, monkeypatch):
    one, two = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    own = keys.public()
    monkeypatch.setenv(own_keys.VARIABLE, f"# comment\n{one}\n")
    (tmp_path / "key").write_text(f"{two}\n")
    monkeypatch.setenv(own_keys.FILE_VARIABLE, str(tmp_path / "key"))
    assert [str(key.to_public()) for key in keys.all()] == [str(one.to_public()), str(two.to_public()), own]
    assert keys.public() == str(one.to_public())


def test_a_key_of_openssh_with_a_passphrase_or_damage_is_left_out(keys, tmp_path):
    (tmp_path / "home/.ssh").mkdir(parents=True)
    (tmp_path / "home/.ssh/id_ed25519").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n")
    assert keys.all() == []


def test_public_keys_are_read_from_a_text_or_a_file(keys, tmp_path):
    one, two = keys.public(), str(pyrage.x25519.Identity.generate().to_public())
    (tmp_path / "team").write_text(f"# the team\n\n{one}\n{two}\n")
    assert list(recipients(one)) == [one]
    assert list(recipients(str(tmp_path / "team"))) == [one, two]
    (tmp_path / "empty").write_text("# nobody\n")
    for given, said in (
        (str(tmp_path / "empty"), "no public key"), (str(tmp_path / "missing"), "cannot be read"),
        ("age1nonsense", "not a public key"), ("ssh-dss AAAA", "not a public key"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said) as caught:
            recipients(given)
        assert caught.value.hint
    (tmp_path / "private").write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(UsageError, match="must stay secret") as caught:
        recipients(str(tmp_path / "private"))
    assert "AGE-SECRET" not in str(caught.value)
