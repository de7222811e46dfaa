"""Whose project, with which credentials, at which address: settled without a word to Google.

Looking for credentials the way Google's library does asks the metadata server of a machine that may
not be on Google's cloud, for seconds; so it is looked first whether there is anything to find.
"""

import configparser
import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from llmhost.errors import CloudError, UsageError
from llmhost.once import once

ENDPOINT = "LLMHOST_GCE_ENDPOINT"
PROJECT = "LLMHOST_GCE_PROJECT"

# What Google's own library and gcloud read (application-default-credentials, 2026-04).
_CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"
_PROJECT_VARIABLES = (PROJECT, "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")

# A machine on Google's cloud says so in its firmware (compute: detect-compute-engine, 2026-04).
_FIRMWARE = Path("/sys/class/dmi/id/product_name")

# https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects (2026-11), and
# before the colon the domain that projects of the first years have.
_PROJECT_ID = re.compile(r"(?:[a-z0-9][a-z0-9.-]*\.[a-z]+:)?[a-z](?:[a-z0-9-]*[a-z0-9])?")
_SHORTEST, _LONGEST = 6, 30

_LOGIN = "gcloud auth application-default login"


@dataclass(frozen=True, slots=True)
class Account:
    """Where calls go and who pays.

    Attributes:
        project: The project's id.
        endpoint: Address of a double on this computer; empty for Google's own.
    """

    project: str
    endpoint: str = ""

    @property
    def doubled(self) -> bool:
        """Whether a double answers: it needs no credentials and no patience."""
        return bool(self.endpoint)


def account(environ: Mapping[str, str] = os.environ, project: str = "") -> Account:
    """The account that flags, environment and files tell of.

    Raises:
        CloudError: No project is named, what is named is none, or there are no credentials.
        UsageError: The project that is typed is none, or the endpoint none that may be used without
            credentials.
    """
    endpoint = environ.get(ENDPOINT, "")
    if endpoint:
        refuse_remote(ENDPOINT, endpoint, "http")
    elif not has_credentials(environ):
        raise CloudError(
            "there are no Google Cloud credentials on this computer",
            why=f"neither {_CREDENTIALS} nor a login of gcloud names any",
            hint=f"log in once: {_LOGIN}",
        )
    variable = next((name for name in _PROJECT_VARIABLES if environ.get(name)), "")
    found = project or environ.get(variable, "")
    found = found or _project_of_credentials(environ) or _project_of_gcloud(environ)
    if found:
        _refuse_no_id(found, project, variable, doubled=bool(endpoint))
    else:
        raise CloudError(
            "no Google Cloud project is named",
            why=f"neither --project nor {PROJECT}, nor the credentials, nor gcloud name one",
            hint="gcloud config set project PROJECT, or say --project PROJECT",
        )
    return Account(found, endpoint)


def _refuse_no_id(found: str, typed: str, variable: str, *, doubled: bool) -> None:
    """Refuses what can be no project's id; a double's project may have a short one."""
    id_of_it = found.rpartition(":")[2]
    if _PROJECT_ID.fullmatch(found) and (doubled or _SHORTEST <= len(id_of_it) <= _LONGEST):
        return
    source = "--project" if typed else variable or "the credentials or gcloud's configuration"
    raise (UsageError if typed else CloudError)(
        f"`{found}` is no id of a Google Cloud project",
        why=f"an id has {_SHORTEST} to {_LONGEST} lower-case letters, digits and hyphens, the "
        f"first of them a letter, the last no hyphen; that one is named by {source}",
        hint="gcloud projects list shows ids beside names and numbers",
    )


def credentials(of: Account, scope: str = "compute") -> Any:  # noqa: ANN401  google.auth has no types
    """The credentials calls are signed with.

    Args:
        of: Whose.
        scope: What they may be used for, as the last part of Google's name for it.

    Raises:
        CloudError: They cannot be used.
    """
    from google.auth import default, exceptions  # noqa: PLC0415  takes 0.4 s to import
    from google.auth.credentials import AnonymousCredentials  # noqa: PLC0415  the same

    if of.doubled:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]  # google.auth has no types
    try:
        found, _project = default(scopes=[f"https://www.googleapis.com/auth/{scope}"])
    except exceptions.GoogleAuthError as error:
        raise CloudError(
            "the Google Cloud credentials on this computer cannot be used",
            why=str(error),
            hint=f"log in again: {_LOGIN}",
        ) from error
    return found


def token(of: Account) -> str:
    """A token that says to Google who asks; good for an hour at most, and a secret.

    Raises:
        CloudError: The credentials give none.
    """
    from google.auth import exceptions  # noqa: PLC0415  takes 0.4 s to import
    from google.auth.transport.requests import Request  # noqa: PLC0415  the same

    found = _for_everything(of)
    try:
        if not found.valid:
            found.refresh(Request())
    except exceptions.TransportError as error:
        raise CloudError(
            "Google's token service does not answer",
            why=str(error),
            hint="check that this computer reaches oauth2.googleapis.com, and repeat the command",
        ) from error
    except exceptions.GoogleAuthError as error:
        raise CloudError(
            "Google Cloud does not accept the credentials any more",
            why=str(error),
            hint=f"log in again: {_LOGIN}",
        ) from error
    return str(found.token)


@once
def _for_everything(of: Account) -> Any:  # noqa: ANN401  the same
    """Credentials of the scope that tunnels need; of one process the same, so that tokens last."""
    return credentials(of, "cloud-platform")


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Whether Application Default Credentials can be found at all."""
    if environ.get(_CREDENTIALS) or _well_known(environ).is_file():
        return True
    try:
        return "Google" in _FIRMWARE.read_text(encoding="utf-8")
    except OSError:
        return False


def refuse_remote(variable: str, endpoint: str, scheme: str) -> None:
    """Sees to it that calls without credentials stay on this computer.

    Raises:
        UsageError: The endpoint that a variable names is not on a loopback address.
    """
    url = urlsplit(endpoint)
    try:
        local = ipaddress.ip_address(url.hostname or "").is_loopback
    except ValueError:
        local = False
    if url.scheme != scheme or not local:
        raise UsageError(
            f"{variable} is `{endpoint}`",
            why="it names a double of Google's service, which is on a loopback address",
            hint=f"such as {scheme}://127.0.0.1:8080; unset it to use Google's own",
        )


def _config_dir(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME") or str(Path.home())
    return Path(environ.get("CLOUDSDK_CONFIG") or f"{home}/.config/gcloud")


def _well_known(environ: Mapping[str, str]) -> Path:
    return _config_dir(environ) / "application_default_credentials.json"


def _project_of_credentials(environ: Mapping[str, str]) -> str:
    file = Path(environ.get(_CREDENTIALS) or _well_known(environ))
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(told.get("project_id") or told.get("quota_project_id") or "")


def _project_of_gcloud(environ: Mapping[str, str]) -> str:
    folder = _config_dir(environ)
    try:
        active = (folder / "active_config").read_text(encoding="utf-8").strip()
    except OSError:
        active = "default"
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(folder / "configurations" / f"config_{active}", encoding="utf-8")
    except configparser.Error:
        return ""
    return config.get("core", "project", fallback="")
