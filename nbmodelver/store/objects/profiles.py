"""Profiles of the AWS command line: ~/.aws/credentials and ~/.aws/config, which obstore does not read.

Only keys that are written there are read. A profile that gets its keys from somewhere else (SSO, an assumed role, a
process) is refused with the command that exports them.
"""

from __future__ import annotations

import configparser
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import RemoteDenied, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ELSEWHERE = ("sso_session", "sso_start_url", "role_arn", "credential_process", "login_session")


@dataclass(frozen=True)
class Profile:
    """What the files say about one profile; "" for what they do not say."""

    name: str
    region: str = ""
    endpoint: str = ""
    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    elsewhere: str = ""
    """The setting that says where the keys come from, if they are not in the files."""

    def keys(self) -> dict[str, str]:
        """Return the keys as settings of obstore, or {}. Raises RemoteDenied if another program supplies them."""
        if self.key_id and self.secret:
            found = {"access_key_id": self.key_id, "secret_access_key": self.secret}
            return {**found, "session_token": self.token} if self.token else found
        if self.elsewhere:
            raise RemoteDenied(
                f"the AWS profile {self.name!r} gets its keys by {self.elsewhere}, which nbmodelver does not do",
                f'export them, then start again: eval "$(aws configure export-credentials --profile {self.name} '
                '--format env)"',
            )
        return {}


def read(environment: Mapping[str, str], name: str = "") -> Profile:
    """Return a profile: `name`, else that of AWS_PROFILE, else "default".

    Raises UsageError if a profile that was asked for is in no file, or if a file is malformed. A missing default
    profile is an empty one.
    """
    asked = name or environment.get("AWS_PROFILE", "")
    chosen = asked or "default"
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    keys = _file(Path(environment.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials"))
    rest = _file(Path(environment.get("AWS_CONFIG_FILE") or home / ".aws" / "config"))
    section = "default" if chosen == "default" else f"profile {chosen}"
    if asked and not keys.has_section(chosen) and not rest.has_section(section):
        raise UsageError(
            f"there is no AWS profile {chosen!r} in ~/.aws/credentials or ~/.aws/config",
            "run `aws configure list-profiles`, and set AWS_PROFILE or the option profile to one of them",
        )
    found: dict[str, str] = {}
    for parser, part in ((rest, section), (keys, chosen)):
        if parser.has_section(part):
            found.update(parser[part])
    return Profile(
        chosen,
        found.get("region", ""),
        found.get("endpoint_url", ""),
        found.get("aws_access_key_id", ""),
        found.get("aws_secret_access_key", ""),
        found.get("aws_session_token", ""),
        next((setting for setting in _ELSEWHERE if found.get(setting)), ""),
    )


def _file(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(path.expanduser().read_text(encoding="utf-8"))
    except OSError:
        return parser
    except (configparser.Error, UnicodeDecodeError) as error:  # Its message has lines of the file.
        raise UsageError(
            f"{path} cannot be read: {type(error).__name__}", "correct it: `aws configure` writes it"
        ) from None
    return parser
