"""What `--set` and `--env` change: settings by their type, and the provider's environment."""

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask, Setting
from llmhost.spec.profile import Profile

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SECRETIVE = re.compile(r"_(TOKEN|KEY|SECRET|PASSWORD|CREDENTIALS)$", re.IGNORECASE)
_ENV = "env."


def _settings(profile: Profile, ask: Ask) -> Mapping[str, Setting]:
    settings = {name: spec.default for name, spec in profile.settings.items()}
    for name, value in ask.settings.items():
        if name.startswith("env."):
            continue
        spec = profile.settings.get(name)
        if spec is None:
            close = difflib.get_close_matches(name, settings, n=1)
            meant = f"Did you mean `{close[0]}`? " if close else ""
            known = ", ".join((*settings, "env.NAME"))
            raise UsageError(
                f"{profile.title} has no setting `{name}`", hint=f"{meant}Settings: {known}"
            )
        settings[name] = spec.parse(value, name)
    return MappingProxyType(settings)


def _environment(profile: Profile, ask: Ask) -> Mapping[str, str]:
    asked = {
        name.removeprefix("env."): str(value)
        for name, value in ask.settings.items()
        if name.startswith("env.")
    }
    environment = {**ask.env, **asked}
    for name, value in environment.items():
        _check_environment(profile, name, value)
    return MappingProxyType(environment)


def _check_environment(profile: Profile, name: str, value: str) -> None:
    if not _ENV_NAME.fullmatch(name):
        raise UsageError(f"`{name}` is not the name of an environment variable")
    if name in profile.secrets:
        raise UsageError(
            f"{name} is a secret and does not belong on a command line or into a file",
            hint=f"Export it instead: llmhost takes {name} from its own environment.",
        )
    if reason := profile.reserved.get(name):
        raise UsageError(f"env.{name} is set by llmhost itself", why=reason)
    if not value.isprintable() or "'" in value:
        raise UsageError(f"The value of env.{name} holds a quote or a character that is no text")
