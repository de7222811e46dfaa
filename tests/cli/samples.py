"""Results as workflows come back with them."""

from llmhost.events import Check
from llmhost.gate.judge import Scored
from llmhost.gate.measures import measures
from llmhost.gate.sample import Sample
from llmhost.gate.verdict import Judged
from llmhost.planning.plan import Change, Plan
from llmhost.steps.base import Drift
from llmhost.workflows.proof import Checked, Gated, Smoked
from llmhost.workflows.results import (
    Entry,
    Gone,
    Listing,
    PhaseTime,
    Planned,
    Served,
    Status,
    StepResult,
)

SERVED = Served(
    name="vllm",
    provider="vllm",
    model="Qwen/Qwen3-32B-AWQ",
    endpoint="http://127.0.0.1:8000/v1",
    host="debian@127.0.1.1",
    where="--cloud sandbox",
    changed=1,
    steps=(StepResult("docker engine", "changed"), StepResult("weights", "ok")),
    checks=(
        Check("completion", "ok", "[bold]Hello[/bold] in 0.4 s"),
        Check("gpu in container", "ok", "2 x NVIDIA L4"),
    ),
    phases=(PhaseTime("machine", "machine", 12.06), PhaseTime("steps", "host steps", 131.0)),
    usd_per_hour=2.0,
    simulated="2 NVIDIA L4 and the engine",
)

PLANNED = Planned(
    Plan(
        "vllm",
        Change("machine vllm", "none"),
        (
            Change("docker engine", "create", (Drift("version", "", "29.1"),)),
            Change(
                "file /etc/docker/daemon.json",
                "update",
                (Drift("content", "other", "as rendered", ("@@ -1 +1 @@", "-{}", '+{"a": 1}')),),
            ),
            Change("weights", "none"),
        ),
        usd_per_hour=2.0,
        simulated="2 NVIDIA L4",
    ),
    changes=2,
)

NOTHING = Planned(Plan("vllm", None, (Change("docker engine", "none"),)), changes=0)

STATUS = Status(
    name="vllm",
    provider="vllm",
    model="Qwen/Qwen3-32B-AWQ",
    endpoint="http://127.0.0.1:8000/v1",
    host="debian@127.0.1.1",
    health="serving",
    why="a completion was answered in 0.4 s",
    checks=(Check("completion", "ok", "Hello"),),
)

LISTING = Listing(
    (
        Entry(
            name="vllm",
            provider="vllm",
            model="Qwen/Qwen3-32B-AWQ",
            gpus="2 x l4",
            where="--cloud gcp",
            place="europe-west4-a",
            state="running",
            created="2026-11-20T10:57:06Z",
            usd_per_hour=2.0,
        ),
        Entry(
            name="tiny",
            provider="llamacpp",
            model="tiny",
            gpus="none",
            where="--cloud sandbox",
            place="this computer",
            state="running",
            created="2026-11-20T10:58:00Z",
            simulated="the engine",
        ),
    ),
    unasked=("moon: no credentials",),
)

GONE = Gone("vllm", ("machine vllm with its disks",), ("Docker and its settings",))

SMOKED = Smoked(
    name="vllm",
    provider="vllm",
    model="Qwen/Qwen3-32B-AWQ",
    endpoint="http://127.0.0.1:8000/v1",
    host="debian@127.0.1.1",
    health="serving",
    why="1 checks passed",
    checks=(
        Checked("observed", "ready", "ok", "/health says 200"),
        Checked("openai", "chat", "ok", "answered: hello", 0.21),
    ),
    simulated="2 NVIDIA L4",
)

GATED = Gated(
    name="vllm",
    model="Qwen/Qwen3-32B-AWQ",
    endpoint="http://127.0.0.1:8000/v1",
    host="debian@127.0.1.1",
    verdict="not enough data",
    judged=(Judged("error_rate", 0.01, 0.0, "not enough data", "0 of 2 failed"),),
    measures=measures([Sample(1.0, 0.2, (0.1,), 2), Sample(1.5, 0.3, error="answered 500")], 2.0),
    tool="llmhost",
    concurrency=1,
    confidence=0.95,
    cases=(Scored("What is 2 + 2?", "4", 5.0),),
)
