"""Profiles of the AWS command line."""

import pytest

from nbmodelver.errors import RemoteDenied, UsageError
from nbmodelver.store.objects.profiles import Profile, read


@pytest.fixture
def files(tmp_path):
    """Writes the two files; gives the variables that lead to them."""

    def write(credentials="", config=""):
        (tmp_path / "c").write_text(credentials)
        (tmp_path / "f").write_text(config)
        return {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "c"), "AWS_CONFIG_FILE": str(tmp_path / "f")}

    return write


def test_without_files_the_default_profile_is_empty(tmp_path):
    found = read({"HOME": str(tmp_path)})
    assert found == Profile("default")
    assert found.keys() == {}


def test_the_files_of_the_home_are_read(tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\naws_access_key_id=a\naws_secret_access_key=b\n")
    assert read({"HOME": str(tmp_path)}).keys() == {"access_key_id": "a", "secret_access_key": "b"}


def test_both_files_give_one_profile_and_the_credentials_win(files):
    variables = files(
        "[team]\naws_access_key_id=a\naws_secret_access_key=b%c\naws_session_token=t\n",
        "[profile team]\nregion=eu-west-1\nendpoint_url=https://minio\naws_access_key_id=other\ns3 =\n  a = 1\n",
    )
    found = read({**variables, "AWS_PROFILE": "team"})
    assert (found.region, found.endpoint) == ("eu-west-1", "https://minio")
    assert found.keys() == {"access_key_id": "a", "secret_access_key": "b%c", "session_token": "t"}
    assert read({**variables, "AWS_PROFILE": "x"}, "team") == found


def test_a_profile_that_is_not_there_is_named(files):
    with pytest.raises(UsageError, match="'team'") as caught:
        read({**files("[default]\n"), "AWS_PROFILE": "team"})
    assert "list-profiles" in caught.value.hint


@pytest.mark.parametrize("setting", ["sso_session", "sso_start_url", "role_arn", "credential_process"])
def test_keys_that_are_elsewhere_are_refused(files, setting):
    found = read(files("", f"[default]\n{setting} = x\n"))
    with pytest.raises(RemoteDenied, match=setting) as caught:
        found.keys()
    assert "export-credentials" in caught.value.hint


def test_a_malformed_file_is_named_and_not_shown(files):
    with pytest.raises(UsageError) as caught:
        read(files("aws_secret_access_key = hunter2\n"))
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_profile_does_not_show_its_keys(files):
    found = read(files("[default]\naws_access_key_id=AKID\naws_secret_access_key=hunter2\naws_session_token=tok\n"))
    assert not [word for word in ("AKID", "hunter2", "tok") if word in repr(found)]
