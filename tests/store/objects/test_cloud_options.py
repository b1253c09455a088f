"""Options and variables become settings of obstore, and credentials are never options."""

import pytest

from nbmodelver.errors import RemoteDenied, UsageError
from nbmodelver.store.objects.addresses import parse
from nbmodelver.store.objects.cloud_options import KNOWN, settings, timeouts

KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "very-secret"}


@pytest.fixture
def home(tmp_path):
    """A home with two profiles, as variables."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = default-id\naws_secret_access_key = default-secret\n"
        "[team]\naws_access_key_id = team-id\naws_secret_access_key = team-secret\naws_session_token = team-token\n"
    )
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nregion = eu-central-1\n[profile team]\nregion = eu-west-1\n"
        "[profile sso]\nsso_session = work\nregion = us-west-2\n"
    )
    return {"HOME": str(tmp_path)}


def of(text, environment=None, **options):
    return settings(parse(text), options, environment or {"HOME": "/nowhere"})


def test_the_address_gives_bucket_and_prefix():
    found = of("s3://bucket/a/b")
    assert (found.scheme, found.bucket, found.prefix) == ("s3", "bucket", "a/b")
    assert found.url == "https://s3.us-east-1.amazonaws.com"


def test_variables_win_over_the_default_profile_but_not_over_one_that_is_asked_for(home):
    assert "access_key_id" not in of("s3://b/x", {**home, **KEYS}).config
    assert of("s3://b/x", home).config["access_key_id"] == "default-id"
    assert of("s3://b/x", {**home, "AWS_PROFILE": "team"}).config["session_token"] == "team-token"
    assert "access_key_id" not in of("s3://b/x", {**home, **KEYS, "AWS_PROFILE": "team"}).config
    assert of("s3://b/x", {**home, **KEYS}, profile="team").config["access_key_id"] == "team-id"


def test_the_region_comes_from_option_variable_or_profile(home):
    assert of("s3://b/x", home).config["region"] == "eu-central-1"
    assert of("s3://b/x", {**home, "AWS_DEFAULT_REGION": "a"}).config["region"] == "a"
    assert of("s3://b/x", {**home, "AWS_REGION": "b", "AWS_DEFAULT_REGION": "a"}).config["region"] == "b"
    assert of("s3://b/x", {**home, "AWS_REGION": "b"}, region="c").config["region"] == "c"


def test_a_profile_whose_keys_are_elsewhere_says_how_to_export_them(home):
    with pytest.raises(RemoteDenied, match="sso_session") as caught:
        of("s3://b/x", home, profile="sso")
    assert "aws configure export-credentials --profile sso" in caught.value.hint
    assert of("s3://b/x", {**home, **KEYS, "AWS_PROFILE": "sso"}).config["region"] == "us-west-2"
    assert of("s3://b/x", home, profile="sso", anonymous="true").config["skip_signature"] is True
    token = {**home, "AWS_PROFILE": "sso", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}
    assert "access_key_id" not in of("s3://b/x", token).config


@pytest.mark.parametrize(
    ("endpoint", "unsigned", "plain"),
    [("", True, False), ("https://minio.example.org", True, False), ("http://127.0.0.1:9000", True, True),
     ("http://localhost:9000", True, True), ("http://minio.example.org:9000", False, True)],
)  # fmt: skip
def test_a_body_is_signed_where_the_connection_does_not_protect_it(endpoint, unsigned, plain):
    found = of("s3://b/x", endpoint=endpoint) if endpoint else of("s3://b/x")
    assert found.config["unsigned_payload"] is unsigned
    assert bool(found.client.get("allow_http")) is plain
    signed = of("s3://b/x", endpoint=endpoint or "https://x.org", unsigned_payload="false")
    assert signed.config["unsigned_payload"] is False


def test_the_endpoint_comes_from_option_or_variable():
    variables = {"HOME": "/nowhere", "AWS_ENDPOINT_URL": "https://a.org", "AWS_ENDPOINT_URL_S3": "https://b.org"}
    assert of("s3://b/x", variables).url == "https://b.org"
    found = of("s3://b/x", variables, endpoint="https://c.org", virtual_hosted="true")
    assert found.config["endpoint"] == found.config["aws_endpoint_url_s3"] == "https://c.org"
    assert found.config["virtual_hosted_style_request"] is True


def test_google_and_azure_have_their_own_options():
    assert of("gs://b/x", anonymous="TRUE").config == {"skip_signature": True}
    assert of("gs://b/x", endpoint="http://127.0.0.1:1").config == {"base_url": "http://127.0.0.1:1"}
    found = of("az://c/x", account="team")
    assert found.config == {"account_name": "team"}
    assert found.url == "https://team.blob.core.windows.net"
    assert of("az://c/x", {"AZURE_STORAGE_ACCOUNT_NAME": "other"}).config == {"account_name": "other"}
    with pytest.raises(UsageError, match="storage account"):
        of("az://c/x")


def test_encryption_is_passed_on():
    found = of("s3://b/x", encryption="aws:kms", kms_key="arn")
    assert (found.config["server_side_encryption"], found.config["sse_kms_key_id"]) == ("aws:kms", "arn")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"regoin": "x"}, "is not an option of s3"), ({"anonymous": "yes"}, "write true or false"),
        ({"timeout_s": "fast"}, "number of seconds"), ({"timeout_s": "0"}, "number of seconds"),
        ({"timeout_s": "nan"}, "number of seconds"), ({"endpoint": "minio:9000"}, "is not an address"),
        ({"endpoint": "https://me:hunter2@minio"}, "credentials in it"), ({"ca_file": "/no/such"}, "cannot be read"),
        ({"secret_access_key": "hunter2"}, "would keep a credential"),
        ({"password": "hunter2"}, "would keep a credential"),
        ({"aws_session_token": "hunter2"}, "would keep a credential"),
    ],
)  # fmt: skip
def test_an_invalid_option_is_refused_with_a_way_out(options, why):
    with pytest.raises(UsageError) as caught:
        of("s3://b/x", **options)
    assert why in str(caught.value)
    assert caught.value.hint
    assert "hunter2" not in str(caught.value)


def test_every_scheme_refuses_unknown_options():
    for text in ("s3://b/x", "gs://b/x", "az://b/x", "https://h/x", "http://127.0.0.1/x"):
        with pytest.raises(UsageError) as caught:
            of(text, colour="red")
        assert ", ".join(KNOWN[parse(text).scheme]) in caught.value.hint


def test_settings_do_not_show_credentials(home):
    assert "secret" not in repr(of("s3://b/x", home))


def test_a_certificate_of_an_own_authority_is_read(tmp_path):
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    found = of("s3://b/x", ca_file=str(tmp_path / "ca.pem"))
    assert found.client["root_certificate"].startswith("-----BEGIN")


def test_uploads_have_a_total_limit_and_reads_one_without_progress():
    found = of("s3://b/x", timeout_s="30", connect_timeout_s="2.5")
    assert found.client["connect_timeout"] == "2500ms"
    assert timeouts(found.stalled_s) == ({"read_timeout": "30000ms", "timeout": "24h"}, {"timeout": "300000ms"})
