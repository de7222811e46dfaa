"""Whose project, with which credentials; and what this computer keeps."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llmhost.cloud.gcp import account as accounts
from llmhost.cloud.gcp.account import account, has_credentials
from llmhost.cloud.gcp.door import caller
from llmhost.cloud.gcp.journal import Entry, Journal
from llmhost.cloud.gcp.state import State
from llmhost.cloud.offers import Offer
from llmhost.errors import CloudError, UsageError
from llmhost.spec.terms import Terms, read_ttl

DOUBLE = {"LLMHOST_GCE_ENDPOINT": "http://127.0.0.1:1"}
OFFER = Offer("g2-standard-24", "us-east4-a")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home on a computer that is not Google's."""
    monkeypatch.setattr(accounts, "_FIRMWARE", tmp_path / "product_name")
    return tmp_path


def test_the_flag_wins_over_the_environment_and_that_over_files(home: Path) -> None:
    adc = home / ".config/gcloud/application_default_credentials.json"
    adc.parent.mkdir(parents=True)
    adc.write_text(json.dumps({"quota_project_id": "of-credentials"}))
    environ = {"HOME": str(home), **DOUBLE}
    assert account(environ).project == "of-credentials"
    environ["GOOGLE_CLOUD_PROJECT"] = "of-google"
    assert account(environ).project == "of-google"
    environ["LLMHOST_GCE_PROJECT"] = "of-llmhost"
    assert account(environ).project == "of-llmhost"
    assert account(environ, "of-flag").project == "of-flag"


def test_gclouds_active_configuration_is_read(home: Path) -> None:
    folder = home / "gcloud"
    (folder / "configurations").mkdir(parents=True)
    (folder / "active_config").write_text("work\n")
    (folder / "configurations/config_work").write_text("[core]\nproject = of-gcloud\n")
    environ = {"HOME": str(home), "CLOUDSDK_CONFIG": str(folder), **DOUBLE}
    assert account(environ).project == "of-gcloud"


def test_without_a_project_it_is_said_how_to_name_one(home: Path) -> None:
    with pytest.raises(CloudError, match="no Google Cloud project is named") as caught:
        account({"HOME": str(home), **DOUBLE})
    assert "--project" in caught.value.hint


@pytest.mark.parametrize(
    "project", ["my-project", "example.com:my-project", "google.com:abc-123456", "a" * 30]
)
def test_an_id_of_a_project_is_one_by_googles_rule(home: Path, project: str) -> None:
    (home / "product_name").write_text("Google Compute Engine\n")
    assert account({"HOME": str(home)}, project).project == project


@pytest.mark.parametrize(
    "project",
    ["../x", "My_Project", "My Project", "1project", "project-", "short", "a" * 31, "a/b/c/d", "ß"],
)
def test_what_is_no_id_of_a_project_is_refused_before_anybody_is_asked(
    home: Path, project: str
) -> None:
    (home / "product_name").write_text("Google Compute Engine\n")
    with pytest.raises(UsageError, match="is no id of a Google Cloud project") as caught:
        account({"HOME": str(home)}, project)
    assert "--project" in caught.value.why
    assert "gcloud projects list" in caught.value.hint
    with pytest.raises(CloudError, match="is no id") as told:
        account({"HOME": str(home), "GOOGLE_CLOUD_PROJECT": project})
    assert "GOOGLE_CLOUD_PROJECT" in told.value.why


@pytest.mark.parametrize("project", ["../x", "My_Project"])
@pytest.mark.parametrize("command", [("ls", "-o", "json"), ("gc", "--yes"), ("down", "vllm", "-y")])
def test_a_project_that_is_none_is_misuse_and_no_defect(
    home: Path, project: str, command: tuple[str, ...]
) -> None:
    environ = {**os.environ, "HOME": str(home), **DOUBLE}
    ended = subprocess.run(
        [sys.executable, "-m", "llmhost", *command, "--cloud", "gcp", "--project", project],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: `{project}` is no id of a Google Cloud project\n")
    assert "left over" not in ended.stdout


def test_without_credentials_it_is_said_how_to_log_in(home: Path) -> None:
    with pytest.raises(CloudError, match="no Google Cloud credentials") as caught:
        account({"HOME": str(home)}, "demo")
    assert "gcloud auth application-default login" in caught.value.hint


def test_a_machine_of_googles_own_has_credentials(home: Path) -> None:
    assert not has_credentials({"HOME": str(home)})
    (home / "product_name").write_text("Google Compute Engine\n")
    assert has_credentials({"HOME": str(home)})


@pytest.mark.parametrize("endpoint", ["http://192.0.2.1:80", "https://127.0.0.1:1", "compute"])
def test_a_double_is_on_this_computer(home: Path, endpoint: str) -> None:
    with pytest.raises(UsageError, match="LLMHOST_GCE_ENDPOINT"):
        account({"HOME": str(home), "LLMHOST_GCE_ENDPOINT": endpoint}, "demo")


def test_the_address_ssh_comes_from_can_be_said() -> None:
    assert caller({"LLMHOST_SSH_FROM": "203.0.113.7"}) == "203.0.113.7/32"
    assert caller({"LLMHOST_SSH_FROM": "203.0.113.7/24"}) == "203.0.113.0/24"
    assert caller({}, doubled=True) == "127.0.0.1/32"


@pytest.mark.parametrize(
    "environ", [{"LLMHOST_SSH_FROM": "here"}, {"LLMHOST_WHATISMYIP": "http://127.0.0.1:1/"}]
)
def test_an_address_that_is_not_known_can_be_said(environ: dict[str, str]) -> None:
    with pytest.raises(CloudError, match="address on the internet is not known") as caught:
        caller(environ)
    assert "LLMHOST_SSH_FROM=" in caught.value.hint


def test_one_key_for_all_machines_made_once(tmp_path: Path) -> None:
    state = State(tmp_path / "gcp")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: state.public_key(), range(16)))
    assert len(keys) == 1
    assert keys.pop().startswith("ssh-ed25519 ")
    assert state.key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in state.folder.iterdir() if path.name.startswith(".")] == []


def test_host_keys_are_pinned_by_machine(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert state.host_key("7") == ""
    state.remember_host_key("7", "ssh-ed25519 AAAA")
    assert (state.host_key("7"), state.host_key("8")) == ("ssh-ed25519 AAAA", "")
    state.forget_host_key("7")
    assert state.host_key("7") == ""


def test_the_journal_keeps_what_is_sent_until_it_is_answered(tmp_path: Path) -> None:
    journal = Journal(State(tmp_path), "demo")
    entry = Entry(OFFER, "id-1", {"name": "llmhost-vllm"}, NOW.timestamp(), 0)
    journal.keep("vllm", entry)
    assert journal.entries("vllm") == (entry,)
    assert journal.entries("other") == ()
    journal.drop("vllm", entry)
    assert journal.entries("vllm") == ()


def test_a_damaged_entry_is_none(tmp_path: Path) -> None:
    journal = Journal(State(tmp_path), "demo")
    folder = tmp_path / "requests/demo/vllm"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text("{")
    (folder / "b.json").write_text('{"offer": {}}')
    assert journal.entries("vllm") == ()


def test_an_entry_is_fresh_for_as_long_as_google_remembers_it() -> None:
    entry = Entry(OFFER, "id-1", {}, NOW.timestamp())
    assert entry.fresh(NOW + timedelta(minutes=29))
    assert not entry.fresh(NOW + timedelta(minutes=31))


def test_an_entry_of_a_command_that_lives_is_left_to_it(tmp_path: Path) -> None:
    journal = Journal(State(tmp_path), "demo")
    assert not journal.abandoned(Entry(OFFER, "id-1", {}, 0.0, process=1))
    nobody = 2**22 + 1  # beyond Linux's largest
    assert journal.abandoned(Entry(OFFER, "id-1", {}, 0.0, process=nobody))
    assert journal.abandoned(Entry(OFFER, "id-1", {}, 0.0, process=os.getpid()))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90m", 5400), ("8h", 28800), ("1d12h", 129600), (" 600S ", 600), ("none", None)],
)
def test_a_ttl_is_a_duration_or_none(text: str, seconds: int | None) -> None:
    assert read_ttl(text) == seconds


@pytest.mark.parametrize("text", ["", "8", "h", "8x", "8h5", "-8h", "1s", "121d", "8.5h"])
def test_what_is_no_ttl_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_ttl(text)
    assert "--ttl none" in caught.value.hint


def test_the_usual_life_is_a_working_day() -> None:
    assert Terms().ttl_seconds == 8 * 3600
