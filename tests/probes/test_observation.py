"""What the bash on a host reports is read as it was meant."""

import json
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from llmhost.facts.gather import Inquiry
from llmhost.probes.observation import (
    ContainerSeen,
    Observation,
    Reader,
    Reply,
    Serving,
    definitions,
    read,
    watch,
)
from llmhost.transport.base import Answer
from tests.deployments import PROVIDERS, deployment


def test_an_observation_is_whole_when_its_last_line_has_come() -> None:
    reader = Reader()
    assert reader.hear("ready\t200 {}") is None
    assert reader.hear("end\t1795173713") == Observation(ready=Reply(200, "{}"))
    assert reader.hear("end\t1795173714") == Observation()


def test_what_was_not_reported_was_not_seen() -> None:
    assert list(read(["ready\t200", "models\t200 {}"])) == []


def test_words_that_are_none_of_a_container_are_no_container() -> None:
    (seen,) = read(["container\trunning 0 0 false", "end\t"])
    assert seen.container == ContainerSeen("running", 0, 0, out_of_memory=False)
    assert next(read(["container\t", "end\t"])).container is None


def test_complaints_of_nvidia_smi_are_no_gpus() -> None:
    (seen,) = read(["gpu\tFailed to initialize NVML: Driver/library version mismatch", "end\t"])
    assert seen.gpus == ()


@given(st.lists(st.text(st.characters(exclude_characters="\n"))))
def test_no_line_of_a_log_breaks_the_reading(lines: list[str]) -> None:
    (seen,) = read([*(f"log\t{line}" for line in lines), "end\t1"])
    assert seen.log == tuple(lines)


def test_only_a_newline_ends_a_line_of_the_host() -> None:
    engines = "50%\rend\t1\x0cend\t2\x85end\t3\u2028end\t4"
    text = f"log\t{engines}\nready\t200 a\u2028b\nend\t5\n"
    seen = Serving("x").parse(Answer(0, text, ""))
    assert seen.log == (engines,)
    assert seen.ready == Reply(200, "a\u2028b")


def test_what_a_provider_fetches_itself_is_looked_for_where_it_puts_it() -> None:
    stores = {
        "vllm": "''",
        "llamacpp": "''",
        "ollama": "/var/lib/llmhost/models/ollama",
        "lmstudio": "/var/lib/llmhost/lmstudio",
    }
    for provider in PROVIDERS:
        assert f"\nstore={stores[provider]}\n" in definitions(deployment(provider, 1))
    (seen,) = read(["stored\t1384448", "end\t"])
    assert seen.stored == 1384448


@given(st.text())
def test_a_status_is_a_number_or_there_was_no_answer(text: str) -> None:
    (seen,) = read([f"ready\t{text}", "end\t"])
    assert seen.ready is not None
    assert seen.ready.status >= 0


def test_a_body_that_is_no_json_is_none() -> None:
    assert Reply(200, "<html>").json() is None


def test_serving_is_a_fact_among_others() -> None:
    fact = Serving("x")
    assert fact.parse(Answer(0, "ready\t200 \nend\t1\n", "")).ready == Reply(200, "")
    assert fact.parse(Answer(127, "", "")) == Observation()
    assert "\nask observe\n" in Inquiry((fact,)).script


def test_what_an_observation_goes_by_arrives_in_bash_as_it_is() -> None:
    for provider in PROVIDERS:
        wanted = deployment(provider, 1)
        source = definitions(wanted) + 'printf "%s\\n" "$name" "$port" "$gpus" "$models" "$body"\n'
        done = subprocess.run(
            ["bash"], input=source, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        assert done[:4] == [provider, str(wanted.port), "1", "/v1/models"]
        assert json.loads(done[4])["model"] == wanted.model.id


def test_a_watch_is_a_script_that_ends_by_itself() -> None:
    assert watch(deployment("vllm"), 610).endswith("watch 610\n")
