"""Options of cloud remotes, and the settings of obstore that follow from them. Imports no library.

What obstore finds by itself: for S3 the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
AWS_REGION, AWS_ENDPOINT_URL, web identity tokens, and the metadata of containers and instances; for Google the
variables GOOGLE_APPLICATION_CREDENTIALS and GOOGLE_SERVICE_ACCOUNT, the file of `gcloud auth application-default login`
and the metadata server; for Azure the variables AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY,
AZURE_STORAGE_SAS_TOKEN, AZURE_CLIENT_ID with AZURE_CLIENT_SECRET and AZURE_TENANT_ID, federated tokens, managed
identities, and the Azure command line with AZURE_USE_AZURE_CLI=true. Profiles of AWS are read by profiles.py. Not read:
AZURE_STORAGE_CONNECTION_STRING.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbmodelver.errors import UsageError
from nbmodelver.store.objects import profiles
from nbmodelver.store.objects.address_parts import RemoteAddress, is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_S = 10.0
STALLED_S = 60.0
"""A read without progress for so long fails."""
UPLOAD_FACTOR = 10
"""A request that writes may take so many times STALLED_S in total: the time limit of obstore without progress also runs
while a request body is sent, so it cannot be used for uploads. 64 MB in 600 s are 110 kB/s."""

COMMON = ("connect_timeout_s", "timeout_s", "ca_file")
KNOWN = {
    "s3": (
        *COMMON, "endpoint", "region", "profile", "virtual_hosted", "unsigned_payload", "anonymous", "encryption",
        "kms_key",
    ),
    "gs": (*COMMON, "endpoint", "anonymous"),
    "az": (*COMMON, "endpoint", "account", "anonymous"),
    "https": COMMON,
    "http": COMMON,
}  # fmt: skip
"""Options by scheme. All values are strings; yes and no are written true and false."""
_SECRET_WORDS = ("secret", "password", "passwd", "token", "key_id", "access_key", "account_key", "sas", "credential")


@dataclass(frozen=True)
class CloudSettings:
    """What cloud.py passes to obstore. config may have credentials, so it is not shown."""

    scheme: str
    bucket: str
    prefix: str
    url: str
    config: Mapping[str, str | bool] = field(repr=False)
    client: Mapping[str, str | bool] = field(repr=False)
    stalled_s: float = STALLED_S
    hint: str = ""
    """The option that a wrong region or endpoint is corrected with."""


def settings(address: RemoteAddress, options: Mapping[str, str], environment: Mapping[str, str]) -> CloudSettings:
    """Return the settings for an address. Raises UsageError for an unknown or invalid option, RemoteDenied."""
    scheme = address.scheme
    _check_names(scheme, options)
    stalled_s = _seconds(options, "timeout_s", STALLED_S)
    config: dict[str, str | bool] = {}
    url = address.text
    if scheme == "s3":
        config, url = _s3(address, options, environment)
    elif scheme == "gs":
        url = options.get("endpoint", "https://storage.googleapis.com")
        config = {"base_url": url} if "endpoint" in options else {}
    elif scheme == "az":
        config, url = _azure(address, options, environment)
    if scheme in ("s3", "gs", "az") and _flag(options, "anonymous"):
        config["skip_signature"] = True
    client = _client(options, url)
    return CloudSettings(scheme, address.host, address.path, url, config, client, stalled_s)


def _s3(
    address: RemoteAddress, options: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[dict[str, str | bool], str]:
    """Return the settings, and the address of the server. An explicit profile wins over variables."""
    profile = profiles.read(environment, options.get("profile", ""))
    config: dict[str, str | bool] = {}
    in_environment = environment.get("AWS_ACCESS_KEY_ID") and environment.get("AWS_SECRET_ACCESS_KEY")
    if not _flag(options, "anonymous") and ("profile" in options or not in_environment):
        config.update(_keys(profile, environment))
    region = options.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    region = region or profile.region
    if region:
        config["region"] = region
    given = options.get("endpoint") or environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    endpoint = given or environment.get("AWS_ENDPOINT") or profile.endpoint
    if endpoint:
        # Both, because a variable AWS_ENDPOINT_URL_S3 would win over `endpoint`.
        config["endpoint"] = config["aws_endpoint_url_s3"] = _url(endpoint)
    url = endpoint or f"https://s3.{region or 'us-east-1'}.amazonaws.com"
    config["virtual_hosted_style_request"] = _flag(options, "virtual_hosted")
    config["unsigned_payload"] = _flag(options, "unsigned_payload", default=_is_safe(url))
    for option, setting in (("encryption", "server_side_encryption"), ("kms_key", "sse_kms_key_id")):
        if option in options:
            config[setting] = options[option]
    del address
    return config, url


def _keys(profile: profiles.Profile, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of the profile. A default one with none is left to containers, instances and web identities."""
    if environment.get("AWS_WEB_IDENTITY_TOKEN_FILE") and not profile.key_id:
        return {}
    return profile.keys()


def _azure(
    address: RemoteAddress, options: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[dict[str, str | bool], str]:
    account = options.get("account") or environment.get("AZURE_STORAGE_ACCOUNT_NAME", "")
    if not account:
        raise UsageError(
            f"{address.text} does not say which storage account has the container {address.host}",
            "give the option account=NAME, or set AZURE_STORAGE_ACCOUNT_NAME",
        )
    config: dict[str, str | bool] = {"account_name": account}
    endpoint = options.get("endpoint") or environment.get("AZURE_STORAGE_ENDPOINT", "")
    if endpoint:
        config["endpoint"] = _url(endpoint)
    return config, endpoint or f"https://{account}.blob.core.windows.net"


def _client(options: Mapping[str, str], url: str) -> dict[str, str | bool]:
    client: dict[str, str | bool] = {"connect_timeout": _duration(_seconds(options, "connect_timeout_s", CONNECT_S))}
    if urlsplit(url).scheme == "http":
        client["allow_http"] = True
    if "ca_file" in options:
        try:
            client["root_certificate"] = Path(options["ca_file"]).expanduser().read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"the file of the option ca_file, {options['ca_file']}, cannot be read", "give a file in PEM format"
            ) from error
    return client


def timeouts(stalled_s: float) -> tuple[dict[str, str], dict[str, str]]:
    """Return the time limits of requests that read, and of those that write."""
    total = _duration(stalled_s * UPLOAD_FACTOR)
    return {"read_timeout": _duration(stalled_s), "timeout": "24h"}, {"timeout": total}


def _check_names(scheme: str, options: Mapping[str, str]) -> None:
    for name in options:
        if name in KNOWN[scheme]:
            continue
        if any(word in name.lower() for word in _SECRET_WORDS):
            raise UsageError(
                f"the option {name} would keep a credential in the configuration of the remote",
                "set it in the environment or in the provider's own files instead",
            )
        raise UsageError(f"{name!r} is not an option of {scheme}:// remotes", f"use one of {', '.join(KNOWN[scheme])}")


def _flag(options: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = options.get(name)
    if value is None:
        return default
    if value.lower() not in ("true", "false"):
        raise UsageError(f"the option {name} is {value!r}", "write true or false")
    return value.lower() == "true"


def _seconds(options: Mapping[str, str], name: str, default: float) -> float:
    value = options.get(name)
    try:
        seconds = default if value is None else float(value)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 86400:
        raise UsageError(f"the option {name} is {value!r}", "write a number of seconds, such as 60")
    return seconds


def _duration(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def _url(endpoint: str) -> str:
    """Return an endpoint. Raises UsageError for one that is no address of a server, or has credentials."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"the endpoint {endpoint!r} is not an address", "write https://host or https://host:port")
    if parts.username or parts.password or parts.query:
        raise UsageError("the endpoint has credentials in it", "set them in the environment instead")
    return endpoint


def _is_safe(url: str) -> bool:
    """Return True if the connection itself protects what is sent, so that the body needs no signature."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")
