"""What `--set` and `--env` change: settings by their type, and the provider's environment."""

import difflib
import re
import shlex
from collections.abc import Mapping
from types import MappingProxyType

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask, Setting
from llmhost.spec.described import Described
from llmhost.spec.profile import Profile
from llmhost.spec.setting import SettingSpec

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SECRETIVE = re.compile(r"_(TOKEN|KEY|SECRET|PASSWORD|CREDENTIALS)$", re.IGNORECASE)
_ENV = "env."


def settings_of(profile: Described, ask: Ask) -> Mapping[str, Setting]:
    """Every setting of the provider: as it was asked for, or at its default.

    Raises:
        UsageError: The provider has no such setting, or it does not take the value.
    """
    settings = {name: spec.default for name, spec in profile.settings.items()}
    for name, value in ask.settings.items():
        if not name.startswith(_ENV):
            settings[name] = _spec(profile, name).parse(value, name)
            if profile.settings[name].type == "words":
                _check_arguments(profile, name, shlex.split(str(settings[name])))
    return MappingProxyType(settings)


def environment_of(profile: Profile, ask: Ask) -> Mapping[str, str]:
    """The environment the user adds to the provider's process.

    Raises:
        UsageError: A name is not one, is a secret's, or is one that llmhost sets itself.
    """
    asked = {
        name.removeprefix(_ENV): str(value)
        for name, value in ask.settings.items()
        if name.startswith(_ENV)
    }
    environment = {**ask.env, **asked}
    for name, value in environment.items():
        _check_name(profile, name)
        if not value.isprintable() or "'" in value:
            raise UsageError(
                f"the value of env.{name} holds a quote or a character that is no text"
            )
    return MappingProxyType(environment)


def _spec(profile: Described, name: str) -> SettingSpec:
    if name in profile.settings:
        return profile.settings[name]
    close = difflib.get_close_matches(name, profile.settings, n=1)
    meant = f"did you mean `{close[0]}`? " if close else ""
    known = ", ".join((*profile.settings, "env.NAME"))
    raise UsageError(f"{profile.title} has no setting `{name}`", hint=f"{meant}settings: {known}")


def _check_arguments(profile: Described, setting: str, words: list[str]) -> None:
    """What is set lies in the compose file and in the record, and shows in lists of processes."""
    for word in words:
        # Programs take `--api_key=x` for `--api-key x`.
        name = word.partition("=")[0].replace("_", "-") if word.startswith("-") else ""
        if reason := profile.reserved_args.get(name):
            raise UsageError(f"`{setting}` may not hold {name}", why=reason)
        if _SECRETIVE.search(name.replace("-", "_")):
            raise UsageError(
                f"{name} sounds like a secret, and what is set here is not kept secret",
                hint=f"`llmhost providers show {profile.name}` lists the secrets there are; "
                "export one, and llmhost passes it on",
            )


def _check_name(profile: Profile, name: str) -> None:
    if not _ENV_NAME.fullmatch(name):
        raise UsageError(f"`{name}` is not the name of an environment variable")
    if name in profile.secrets:
        raise UsageError(
            f"{name} is a secret and does not belong on a command line or into a file",
            hint=f"export it instead: llmhost takes {name} from its own environment",
        )
    if _SECRETIVE.search(name):
        raise UsageError(
            f"{name} sounds like a secret, and what is set here is not kept secret",
            hint=f"name it under `secrets` in a profile of your own and export it; "
            f"see `llmhost providers show {profile.name}`",
        )
    if reason := profile.reserved.get(name):
        raise UsageError(f"env.{name} is set by llmhost itself", why=reason)
