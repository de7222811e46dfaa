"""What was asked, held against what a provider can do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmhost.errors import UsageError
from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.resolve import resolve
from tests.spec.shared import CATALOG, GPUS, PROVIDERS

PROFILES = {name: CATALOG.profile(name) for name in PROVIDERS}


def resolved(provider: str, **said: object) -> Deployment:
    ask = Ask(provider, **{"accept_licence": True, **said})  # type: ignore[arg-type]
    return resolve(PROFILES[provider], ask, gpus=GPUS)


def refused(provider: str, **said: object) -> UsageError:
    with pytest.raises(UsageError) as caught:
        resolved(provider, **said)
    return caught.value


def test_the_defaults_are_the_ones_that_were_promised() -> None:
    shapes = {
        name: (one.model.id, one.gpu, one.gpus, one.port, bool(one.container))
        for name in PROVIDERS
        for one in [resolved(name)]
    }
    assert shapes == {
        "llamacpp": ("qwen2.5-0.5b-instruct-q4_k_m", "l4", 1, 8080, True),
        "lmstudio": ("qwen2.5-7b-instruct", "l4", 1, 1234, False),
        "ollama": ("qwen2.5:7b", "l4", 1, 11434, True),
        "vllm": ("Qwen/Qwen3-32B-AWQ", "l4", 2, 8000, True),
    }


def test_without_gpus_it_takes_the_variant_and_the_model_for_the_cpu() -> None:
    deployment = resolved("vllm", gpus=0)
    assert (deployment.gpu, deployment.gpus, deployment.context) == ("", 0, 4096)
    assert deployment.model.id == "Qwen/Qwen2.5-0.5B-Instruct"
    assert deployment.image == "docker.io/vllm/vllm-openai-cpu:v0.31.0"


@pytest.mark.parametrize(("count", "instead"), [(3, "2` or `--gpus 4"), (6, "4` or `--gpus 8")])
def test_tensor_parallel_wants_powers_of_two(count: int, instead: str) -> None:
    error = refused("vllm", gpus=count)
    assert error.message == f"vLLM cannot use {count} GPUs"
    assert "attention heads" in error.why
    assert error.hint == f"say `--gpus {instead}`"


def test_layer_by_layer_takes_any_number() -> None:
    assert resolved("llamacpp", gpus=3).gpus == 3


@pytest.mark.parametrize("count", [-1, 17])
def test_no_machine_has_so_many_gpus(count: int) -> None:
    assert refused("ollama", gpus=count).message == (
        f"--gpus takes a number from 0 to 16, not {count}"
    )


def test_a_gpu_that_is_too_old_is_refused_with_the_ones_that_are_not() -> None:
    tabbyapi = PROFILES["vllm"].model_copy(
        update={"gpus": PROFILES["vllm"].gpus.model_copy(update={"minimum_capability": "8.0"})}  # type: ignore[union-attr]
    )
    with pytest.raises(UsageError) as caught:
        resolve(tabbyapi, Ask("vllm", gpu="t4"), gpus=GPUS)
    assert caught.value.message == "vLLM cannot use Tesla T4"
    assert "compute capability 8.0 and newer; this GPU has 7.5" in caught.value.why
    assert caught.value.hint.startswith("GPUs it can use: l4, ")


def test_a_gpu_is_refused_for_the_reason_its_profile_gives() -> None:
    gpus = PROFILES["vllm"].gpus
    assert gpus is not None
    profile = PROFILES["vllm"].model_copy(
        update={"gpus": gpus.model_copy(update={"exclude": {"h100": "no kernels"}})}
    )
    with pytest.raises(UsageError) as caught:
        resolve(profile, Ask("vllm", gpu="h100-80gb"), gpus=GPUS)
    assert caught.value.why == "no kernels"


def test_a_gpu_nobody_makes_is_answered_with_the_nearest_one() -> None:
    error = refused("vllm", gpu="l40")
    assert error.message == "there is no GPU model `l40`"
    assert error.hint.startswith("did you mean `l40s`? models: t4, l4, ")


@pytest.mark.parametrize(("typed", "known"), [("A100", "a100"), ("a100-40gb", "a100")])
def test_gpu_names_are_understood_as_people_write_them(typed: str, known: str) -> None:
    assert resolved("vllm", gpu=typed).gpu == known


def test_a_gpu_model_and_no_gpus_contradict_each_other() -> None:
    assert "contradict" in refused("vllm", gpus=0, gpu="l4").message


@pytest.mark.parametrize("name", ["", "A", "9a", "a_b", "a-", "a" * 32, "ä", "a b", "a\n"])
def test_names_that_nothing_can_be_called_are_refused(name: str) -> None:
    assert "cannot be the name of a deployment" in refused("ollama", name=name).message


def test_terms_have_to_be_accepted_where_they_say_so() -> None:
    error = refused("lmstudio", accept_licence=False)
    assert "LM Studio comes under terms" in error.message
    assert "--accept-licence" in error.hint


def test_a_setting_is_read_by_its_type() -> None:
    settings = resolved(
        "vllm",
        settings={"gpu_memory_utilization": "0.8", "max_num_seqs": "4", "enforce_eager": "yes"},
    ).settings
    assert (settings["gpu_memory_utilization"], settings["max_num_seqs"]) == (0.8, 4)
    assert settings["enforce_eager"] is True
    assert settings["dtype"] == "auto"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("gpu_memory_utilization", "1.5", "takes a number from 0.1 to 0.98, not `1.5`"),
        ("gpu_memory_utilization", "nan", "takes a number from 0.1 to 0.98, not `nan`"),
        ("max_num_seqs", "many", "takes a whole number of 0 or more, not `many`"),
        ("dtype", "int3", "takes one of auto, half, float16, bfloat16, float32, not `int3`"),
        ("enforce_eager", "maybe", "takes true or false, not `maybe`"),
        ("args", "'unclosed", "takes a line of words, quoted as for a shell, not `'unclosed`"),
    ],
)
def test_a_setting_says_what_it_takes(name: str, value: str, message: str) -> None:
    assert refused("vllm", settings={name: value}).message == f"`{name}` {message}"


@pytest.mark.parametrize(
    ("provider", "args", "message", "remedy"),
    [
        ("vllm", "--api-key s3cret", "`args` may not hold --api-key", "export VLLM_API_KEY"),
        ("vllm", "--seed 7 --api_key=s3cret", "`args` may not hold --api-key", "export VLLM_API"),
        ("vllm", "--hf-token=s3cret", "`args` may not hold --hf-token", "export HF_TOKEN"),
        ("vllm", "--their-secret s3cret", "--their-secret sounds like a secret", "secrets there"),
        ("llamacpp", "-hft s3cret", "`args` may not hold -hft", "export HF_TOKEN"),
        ("llamacpp", "--embeddings", "`args` may not hold --embeddings", "no completion"),
        ("llamacpp", "-c 8", "`args` may not hold -c", "say `--context N`"),
        ("llamacpp", "--n-gpu-layers 0", "`args` may not hold --n-gpu-layers", "`--gpus 0`"),
        ("llamacpp", "-ngl 0", "`args` may not hold -ngl", "`--gpus 0` computes on the CPU"),
        ("llamacpp", "--device none", "`args` may not hold --device", "`--gpus 0` computes on"),
        ("llamacpp", "--cpu-moe", "`args` may not hold --cpu-moe", "all of the model lies on the"),
        ("llamacpp", "--fit=on", "`args` may not hold --fit", "not a shorter one"),
        ("vllm", "--cpu-offload-gb 8", "`args` may not hold --cpu-offload-gb", "all of the model"),
    ],
)
def test_an_argument_that_is_secret_or_llmhosts_own_is_refused(
    provider: str, args: str, message: str, remedy: str
) -> None:
    error = refused(provider, settings={"args": args})
    assert error.message.startswith(message)
    assert remedy in error.why + error.hint
    assert "s3cret" not in error.message + error.why + error.hint


@pytest.mark.parametrize(
    ("provider", "name"),
    [(provider, "CUDA_VISIBLE_DEVICES") for provider in PROVIDERS]
    + [("llamacpp", "LLAMA_ARG_DEVICE"), ("llamacpp", "LLAMA_ARG_N_GPU_LAYERS")],
)
def test_no_environment_takes_the_gpus_away_from_a_provider(provider: str, name: str) -> None:
    assert "follows from" in (why := refused(provider, env={name: "0"}).why) or "all of" in why


def test_what_only_looks_like_a_reserved_argument_is_passed_on() -> None:
    args = "--chat-template-kwargs '{\"api-key\": 1}' --max-num-batched-tokens 8 -ctk q8_0"
    assert resolved("vllm", settings={"args": args}).settings["args"] == args


def test_an_unknown_setting_is_answered_with_the_nearest_one() -> None:
    error = refused("vllm", settings={"max_num_seq": "4"})
    assert error.message == "vLLM has no setting `max_num_seq`"
    assert error.hint.startswith("did you mean `max_num_seqs`? settings: gpu_memory")


def test_further_environment_is_passed_on() -> None:
    deployment = resolved("vllm", settings={"env.NCCL_DEBUG": "INFO"}, env={"OMP_NUM_THREADS": "4"})
    assert dict(deployment.env) == {"NCCL_DEBUG": "INFO", "OMP_NUM_THREADS": "4"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("VLLM_API_KEY", "x", "is a secret and does not belong on a command line"),
        ("AWS_SECRET_KEY", "x", "sounds like a secret"),
        ("HF_HUB_OFFLINE", "0", "is set by llmhost itself"),
        ("A-B", "x", "is not the name of an environment variable"),
        ("A", "it's", "holds a quote"),
        ("A", "two\nlines", "holds a quote or a character that is no text"),
    ],
)
def test_environment_that_cannot_be_passed_on_is_refused(
    name: str, value: str, message: str
) -> None:
    assert message in refused("vllm", settings={f"env.{name}": value}).message


@pytest.mark.parametrize("said", [{"port": 0}, {"port": 65536}, {"context": 0}, {"context": -5}])
def test_numbers_that_are_none_are_refused(said: dict[str, int]) -> None:
    assert refused("vllm", **said).exit_status == 2


@given(
    provider=st.sampled_from(PROVIDERS),
    name=st.none() | st.text(max_size=40),
    gpu=st.none() | st.sampled_from(list(GPUS)) | st.text(max_size=12),
    gpus=st.none() | st.integers(-3, 20),
    model=st.none() | st.text(max_size=60) | st.from_regex(r"[\w.-]+/[\w.-]+([:@/][\w.-]+)*"),
    context=st.none() | st.integers(),
    port=st.none() | st.integers(-1, 70000),
    settings=st.dictionaries(
        st.sampled_from(sorted({key for one in PROFILES.values() for key in one.settings}))
        | st.text(max_size=10)
        | st.text(max_size=10).map(lambda text: f"env.{text}"),
        st.text(max_size=20) | st.integers() | st.floats() | st.booleans(),
        max_size=3,
    ),
)
def test_whatever_is_asked_ends_in_a_deployment_or_in_a_sentence(**said: object) -> None:
    provider = str(said.pop("provider"))
    try:
        deployment = resolved(provider, **said)
    except UsageError:
        return  # a sentence, and neither a traceback nor a deployment that cannot be
    assert deployment.gpus >= 0
    assert (deployment.gpu == "") == (deployment.gpus == 0)
    assert deployment.unit == f"llmhost-{deployment.name}.service"
    assert "'" not in deployment.model.repo
