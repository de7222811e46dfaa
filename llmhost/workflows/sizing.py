"""GPUs that nobody asked for, and whether what is about to be made fits on those it gets.

The arithmetic and the questions to registries are imported where something is new: an `up` that
finds everything as it should be needs neither (40 ms).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from llmhost.cloud.base import Machine
from llmhost.events import Notice, Reporter
from llmhost.facts.gpu import Gpus
from llmhost.fit.report import Beside, beside, read_report
from llmhost.spec.catalog import Catalog
from llmhost.spec.deployment import Ask, Deployment
from llmhost.spec.machines import Gpu, of_driver
from llmhost.workflows.look import Look
from llmhost.workflows.wanted import Wanted


def with_gpus(ask: Ask, want: Wanted, machine: Machine | None, environ: Mapping[str, str]) -> Ask:
    """What was asked, with the GPUs that nobody asked for.

    They are those of the machine there is. For a new one the profile's own model has its own GPUs;
    any other is given the cheapest that surely hold it, as far as that is known.
    """
    if ask.gpus is not None:
        return ask
    if machine is not None:
        same = ask.gpu is None or want.deployment.gpu == machine.gpu
        return replace(ask, gpu=machine.gpu or None, gpus=machine.gpus) if same else ask
    if ask.gpu is None and ask.model is None and ask.context is None:
        return ask
    from llmhost.workflows.fitting import held  # noqa: PLC0415  see above

    fits = (
        one.fit
        for one in held(want.deployment, Catalog.default(environ), environ)
        if one.fit.verdict == "fits" and (ask.gpu is None or one.fit.gpu == want.deployment.gpu)
    )
    best = next(fits, None)
    return replace(ask, gpu=best.gpu, gpus=best.gpus) if best else ask


def weighed(want: Wanted, environ: Mapping[str, str]) -> Wanted:
    """What is wanted, judged before a machine for it is made.

    Raises:
        UsageError: It does not fit, and nobody said to go on.
    """
    return _weighed(want, want.deployment, environ)


def weighed_there(want: Wanted, seen: Look, environ: Mapping[str, str]) -> Wanted:
    """What is wanted, judged for the GPUs of a host; what it carries already is not judged again.

    Raises:
        UsageError: It does not fit, and nobody said to go on.
    """
    if want.fitting or want.not_judged or not seen.new:
        return want
    return _weighed(want, seen.deployment, environ, own_gpus(seen))


def warn(report: Reporter, want: Wanted) -> None:
    """Says what is to be expected where it does not surely fit, or nobody could judge that."""
    if want.expectation:
        report(Notice(want.expectation, warning=True))


def own_gpus(seen: Look) -> Mapping[str, Gpu]:
    """The GPUs of a host, as its driver describes them, under the name the deployment has."""
    devices = seen.deployment.site.devices
    there = [gpu for gpu in seen.facts(Gpus()).gpus if gpu.device in devices]
    if not there:
        return {}
    smallest = min(there, key=lambda gpu: gpu.memory_mib)
    return {seen.deployment.gpu: of_driver(smallest.name, smallest.memory_mib)}


def measured(seen: Look, log: Iterable[str], environ: Mapping[str, str]) -> tuple[Beside, ...]:
    """What an engine's log says it took, beside the estimate; nobody is asked for that."""
    deployment = seen.deployment
    memory = deployment.profile.memory
    said = read_report(memory.report, log) if memory else None
    if not said:
        return ()
    from llmhost.workflows.fitting import Unjudged, fitting  # noqa: PLC0415  see above

    offline = {**environ, "HF_HUB_OFFLINE": "1"}
    found = fitting(deployment, Catalog.default(environ), offline, own_gpus(seen))
    return () if isinstance(found, Unjudged) else beside(found.fit, said)


def _weighed(
    want: Wanted,
    deployment: Deployment,
    environ: Mapping[str, str],
    there: Mapping[str, Gpu] | None = None,
) -> Wanted:
    if not deployment.gpus:
        return want
    from llmhost.workflows.fitting import Unjudged, fitting, refusal  # noqa: PLC0415  see above

    found = fitting(deployment, Catalog.default(environ), environ, there)
    if isinstance(found, Unjudged):
        return replace(want, not_judged=found.why)
    if found.fit.verdict == "does not fit" and not want.force:
        raise refusal(found)
    return replace(want, fitting=found)
