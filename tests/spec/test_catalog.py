"""Profiles: where they are found, and what is said about a wrong one."""

from pathlib import Path

import pytest

from llmhost.errors import ExitStatus, ProfileError, UsageError
from llmhost.spec.assets import asset_roots, packaged_root, user_root
from llmhost.spec.catalog import Catalog
from tests.spec.shared import CATALOG

VLLM = CATALOG.path("vllm").read_text("utf-8")


def own(folder: Path, text: str, name: str = "mine") -> Catalog:
    """A catalogue with one more profile, as a user would add it."""
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "profiles" / f"{name}.yaml").write_text(text, "utf-8")
    return Catalog((folder, packaged_root()))


def complaint(folder: Path, text: str) -> ProfileError:
    """What is said about a profile."""
    with pytest.raises(ProfileError) as caught:
        own(folder, text).profile("mine")
    return caught.value


def test_the_four_providers_are_listed_and_fragments_are_not() -> None:
    assert CATALOG.names() == ("llamacpp", "lmstudio", "ollama", "vllm")


def test_an_unknown_provider_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as caught:
        CATALOG.profile("VLM")
    assert caught.value.message == "there is no provider `VLM`"
    assert caught.value.hint == ("did you mean `vllm`? providers: llamacpp, lmstudio, ollama, vllm")
    assert caught.value.exit_status == ExitStatus.USAGE


def test_a_profile_of_ones_own_adds_to_llmhosts(tmp_path: Path) -> None:
    catalog = own(tmp_path, VLLM.replace("title: vLLM", "title: Mine"))
    assert catalog.profile("mine").title == "Mine"
    assert catalog.profile("mine").name == "mine"
    assert "vllm" in catalog.names()


def test_a_profile_of_ones_own_hides_the_same_of_llmhost(tmp_path: Path) -> None:
    catalog = own(tmp_path, VLLM.replace("title: vLLM", "title: Ours"), "vllm")
    assert catalog.profile("vllm").title == "Ours"
    assert catalog.names() == CATALOG.names()


def test_a_fragment_of_ones_own_is_not_listed(tmp_path: Path) -> None:
    assert "_mine" not in own(tmp_path, VLLM, "_mine").names()


def test_the_users_directory_is_where_the_environment_says() -> None:
    assert user_root({"LLMHOST_HOME": "/x"}) == Path("/x")
    assert user_root({"XDG_CONFIG_HOME": "/y"}) == Path("/y/llmhost")
    assert user_root({}) == Path("~/.config/llmhost").expanduser()
    assert asset_roots({"LLMHOST_HOME": "/x"})[0] == Path("/x")


def test_an_unknown_key_is_named_with_file_line_and_the_key_that_was_meant(tmp_path: Path) -> None:
    error = complaint(tmp_path, VLLM.replace("  minimum_capability:", "  minimum_capabilty:"))
    line = 1 + VLLM[: VLLM.index("  minimum_capability:")].count("\n")
    assert error.message == (
        f"{tmp_path}/profiles/mine.yaml:{line}: gpus.minimum_capabilty: unknown key"
    )
    assert error.hint == "did you mean `minimum_capability`?"


def test_an_unknown_key_like_no_other_is_answered_with_all_of_them(tmp_path: Path) -> None:
    assert complaint(tmp_path, VLLM + "xyzzy: 1\n").hint.startswith("known keys here: name, title")


def test_a_profile_is_called_like_its_file_and_nothing_else(tmp_path: Path) -> None:
    error = complaint(tmp_path, "title: x\nname: other\n")
    assert error.message.endswith("mine.yaml:2: name: does not stand in the file")


def test_a_key_in_a_list_is_found_too(tmp_path: Path) -> None:
    text = VLLM.replace("    minimum_driver: 525", "    minimum_drivr: 525")
    error = complaint(tmp_path, text)
    line = 1 + text[: text.index("minimum_drivr")].count("\n")
    assert error.message.endswith(f"mine.yaml:{line}: variants.1.minimum_drivr: unknown key")


def test_a_value_of_the_wrong_kind_is_named_with_its_line(tmp_path: Path) -> None:
    error = complaint(tmp_path, VLLM.replace("port: 8000", "port: http"))
    line = 1 + VLLM[: VLLM.index("port: 8000")].count("\n")
    assert f"mine.yaml:{line}: port: " in error.message
    assert error.message.endswith("a whole number belongs here, not `http`")
    assert error.hint == "write `port: 2`, for instance"


def test_further_complaints_follow_as_details(tmp_path: Path) -> None:
    text = VLLM.replace("port: 8000", "port: http").replace("maturity: stable", "maturity: ripe")
    assert len(complaint(tmp_path, text).details) == 1


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    error = complaint(tmp_path, VLLM.replace("port: 8000", ""))
    assert error.message == f"{tmp_path}/profiles/mine.yaml:5: port: this key is missing"


def test_an_unquoted_capability_is_refused_and_not_rounded(tmp_path: Path) -> None:
    text = VLLM.replace('minimum_capability: "7.5"', "minimum_capability: 7.5")
    assert "gpus.minimum_capability: " in complaint(tmp_path, text).message


def test_a_variant_is_an_image_or_an_install_and_never_both(tmp_path: Path) -> None:
    text = VLLM.replace("    image: docker.io/vllm/vllm-openai-cpu:v0.31.0", "")
    assert "either an `image` or an `install`" in complaint(tmp_path, text).message


def test_a_default_has_to_be_valid_itself(tmp_path: Path) -> None:
    error = complaint(tmp_path, VLLM.replace("default: 0.92, minimum", "default: 2, minimum"))
    assert "settings.gpu_memory_utilization: its default is not valid" in error.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: [", ":2: "),
        ("title: a\ntitle: b\n", ":2: key `title` stands here twice"),
        ("- a\n- b\n", ":1: a mapping of keys and values belongs here"),
        ("title: \x00", "control characters are not allowed"),
    ],
)
def test_what_is_not_yaml_is_said_to_be_so(tmp_path: Path, text: str, says: str) -> None:
    assert says in complaint(tmp_path, text).message


def test_a_file_that_cannot_be_read_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    catalog = own(tmp_path, "")
    (tmp_path / "profiles/mine.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ProfileError, match="is not UTF-8 text"):
        catalog.profile("mine")
    (tmp_path / "profiles/mine.yaml").unlink()
    (tmp_path / "profiles/mine.yaml").mkdir()
    with pytest.raises(ProfileError, match="cannot be read"):
        catalog.profile("mine")
