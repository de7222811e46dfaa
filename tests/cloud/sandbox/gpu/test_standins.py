"""The stand-ins for NVIDIA's programs, run as they are against a state of our own."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from llmhost.cloud.sandbox.gpu import models

GPU = Path(models.__file__).parent
NVIDIA_SMI = GPU / "driver/usr/bin/nvidia-smi"
NVIDIA_CTK = GPU / "toolkit/usr/bin/nvidia-ctk"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Two GPUs, as a machine has them after its boot."""
    (tmp_path / "driver").write_text("580.95.05 13.0\n")
    for index in range(2):
        (tmp_path / str(index)).mkdir()
        (tmp_path / str(index) / ".gpu").write_text(f"GPU-{index}|23034|8.9|NVIDIA L4\n")
    return tmp_path


def run(program: Path, state: Path, *arguments: str) -> tuple[int, str]:
    # nvidia-smi gets no PATH: a container may have nothing but a shell.
    path = "" if program == NVIDIA_SMI else os.environ["PATH"]
    answer = subprocess.run(
        ["/bin/sh", program, *arguments],
        env={
            "LLMHOST_GPU_STATE": str(state),
            "PATH": path,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout


def beat(directory: Path, mib: int, age: float) -> None:
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    (directory / f"engine-{mib}").write_text(f"{mib} {uptime - age:.2f} vllm\n")


def test_gpus_are_listed_with_their_identifiers(state: Path) -> None:
    expected = "GPU 0: NVIDIA L4 (UUID: GPU-0)\nGPU 1: NVIDIA L4 (UUID: GPU-1)\n"
    assert run(NVIDIA_SMI, state, "-L") == (0, expected)


def test_a_query_answers_in_the_real_ones_csv(state: Path) -> None:
    query = "--query-gpu=index,name,memory.total,compute_cap,driver_version,utilization.gpu"
    assert run(NVIDIA_SMI, state, query, "--format=csv", "-i", "1") == (
        0,
        """index, name, memory.total [MiB], compute_cap, driver_version, utilization.gpu [%]
1, NVIDIA L4, 23034 MiB, 8.9, 580.95.05, 0 %
""",
    )
    assert run(NVIDIA_SMI, state, "--query-gpu=memory.free", "--format=csv,noheader,nounits") == (
        0,
        "23034\n23034\n",
    )


def test_memory_is_used_while_an_engine_keeps_its_heartbeat_fresh(state: Path) -> None:
    beat(state / "0", 18000, age=1)
    beat(state / "0", 500, age=2)
    beat(state / "1", 9000, age=60)
    (state / "1" / "half-written").write_text("12")
    query = ("--query-gpu=memory.used,memory.free", "--format=csv,noheader,nounits")
    assert run(NVIDIA_SMI, state, *query) == (0, "18500, 4534\n0, 23034\n")
    apps = ("--query-compute-apps=gpu_uuid,process_name,used_memory", "--format=csv,noheader")
    assert run(NVIDIA_SMI, state, *apps) == (0, "GPU-0, vllm, 18000 MiB\nGPU-0, vllm, 500 MiB\n")


def test_a_container_counts_the_gpus_it_sees_from_zero(state: Path) -> None:
    (state / "0" / ".gpu").unlink()
    assert run(NVIDIA_SMI, state, "-L") == (0, "GPU 0: NVIDIA L4 (UUID: GPU-1)\n")


def test_the_table_shows_memory_and_processes(state: Path) -> None:
    beat(state / "1", 1000, age=0)
    status, text = run(NVIDIA_SMI, state)
    assert status == 0
    assert "0MiB /  23034MiB" in text
    assert "1000MiB /  23034MiB" in text
    assert {len(line) for line in text.splitlines()} <= {0, 91}


def test_an_unknown_field_is_refused_like_the_real_one_does(state: Path) -> None:
    status, text = run(NVIDIA_SMI, state, "--query-gpu=index,beauty", "--format=csv")
    assert (status, text.strip()) == (2, 'Field "beauty" is not a valid field to query.')


def test_without_a_driver_it_fails_with_the_real_ones_words(tmp_path: Path) -> None:
    status, text = run(NVIDIA_SMI, tmp_path)
    assert status == 9
    assert "couldn't communicate with the NVIDIA driver" in text


def test_without_a_gpu_it_says_so(state: Path) -> None:
    for index in range(2):
        (state / str(index) / ".gpu").unlink()
    status, text = run(NVIDIA_SMI, state, "-L")
    assert (status, text.strip()) == (6, "No devices were found")


def test_the_cdi_spec_names_each_gpu_by_number_and_identifier_and_all_of_them(state: Path) -> None:
    status, text = run(NVIDIA_CTK, state, "cdi", "generate")
    assert status == 0
    spec = yaml.safe_load(text)
    assert spec["kind"] == "nvidia.com/gpu"
    devices = {device["name"]: device["containerEdits"] for device in spec["devices"]}
    assert set(devices) == {"0", "1", "GPU-0", "GPU-1", "all"}
    assert [m["hostPath"] for m in devices["1"]["mounts"]] == [f"{state}/1"]
    assert [n["path"] for n in devices["all"]["deviceNodes"]] == ["/dev/nvidia0", "/dev/nvidia1"]


def test_no_cdi_spec_comes_without_a_driver(tmp_path: Path) -> None:
    assert run(NVIDIA_CTK, tmp_path, "cdi", "generate")[0] == 1


@pytest.mark.parametrize("before", [None, "{}", '{"log-driver": "journald"}'])
def test_the_runtime_is_added_to_docker_and_foreign_keys_stay(
    state: Path, tmp_path: Path, before: str | None
) -> None:
    config = tmp_path / "daemon.json"
    if before is not None:
        config.write_text(before)
    arguments = ("runtime", "configure", "--runtime=docker", f"--config={config}")
    for _ in range(2):
        assert run(NVIDIA_CTK, state, *arguments)[0] == 0
        expected = yaml.safe_load(before or "{}")
        expected["runtimes"] = {"nvidia": {"args": [], "path": "nvidia-container-runtime"}}
        assert yaml.safe_load(config.read_text()) == expected
