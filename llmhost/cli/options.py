"""Flags that several commands share, each said once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from llmhost.cli import completion
from llmhost.cli.invocation import Output

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="name of the deployment", autocompletion=completion.deployments
    ),
]
ProjectFlag = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="ID",
        help="project of the cloud's account [default: as credentials and gcloud say]",
    ),
]
OutputFlag = Annotated[
    Output, typer.Option("--output", "-o", help="text for people, or one JSON document on stdout")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is wanted; whatever is not said comes from the file, then from the profile."""

    provider: Annotated[
        str | None,
        typer.Argument(
            metavar="PROVIDER",
            help="what serves: vllm, ollama, ... (see llmhost providers)",
            show_default=False,
            autocompletion=completion.providers,
        ),
    ] = None
    gpus: Annotated[
        int | None, typer.Option("--gpus", metavar="N", help="number of GPUs, 0 for none")
    ] = None
    gpu: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="GPU model: l4, a100, a100-80gb, ...",
            autocompletion=completion.gpus,
        ),
    ] = None
    model: Annotated[str | None, typer.Option(metavar="ID", help="model to serve")] = None
    context: Annotated[
        int | None, typer.Option(metavar="TOKENS", help="longest context in tokens")
    ] = None
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="what to call it [default: the provider]")
    ] = None
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="port on 127.0.0.1 of the host")
    ] = None
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="a setting of the provider, or env.NAME=VALUE; repeatable",
        ),
    ] = None
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE", help="the same as a YAML file")
    ] = None
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="accept the provider's terms of use")
    ] = False
    drop_secret: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="take a secret away from the service; repeatable"),
    ] = None


ForceFlag = Annotated[
    bool, typer.Option("--force", help="go on where the model does not fit, as far as is known")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the deployment is to be; at most one of the three."""

    cloud: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="a machine of this cloud: gcp, sandbox [env: LLMHOST_CLOUD; default: gcp]",
            autocompletion=completion.clouds,
        ),
    ] = None
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="USER@ADDR[:PORT]", help="a host of your own; repeatable"),
    ] = None
    local: Annotated[bool, typer.Option("--local", help="this machine")] = False
    project: ProjectFlag = None
    trust_host_key: Annotated[
        bool, typer.Option("--trust-host-key", help="take an unknown host at its word, once")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere(Where):
    """Where the deployment is; it is looked for in every cloud when nothing is said."""

    cloud: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="on a machine of this cloud [env: LLMHOST_CLOUD; default: wherever it is]",
            autocompletion=completion.clouds,
        ),
    ] = None
    host: Annotated[
        list[str] | None, typer.Option(metavar="USER@ADDR[:PORT]", help="on a host of your own")
    ] = None
    local: Annotated[bool, typer.Option("--local", help="on this machine")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFlags:
    """One cloud, or all of them."""

    cloud: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="only this cloud [default: all]", autocompletion=completion.clouds
        ),
    ] = None
    project: ProjectFlag = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How things are shown."""

    output: OutputFlag = "text"
    events: Annotated[
        bool, typer.Option("--events", help="tell the story as JSON lines on stderr")
    ] = False
