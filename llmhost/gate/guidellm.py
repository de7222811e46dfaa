"""guidellm's configuration, and its report as samples.

Forms as in guidellm's sources of 2026-08-07 (commit ee7a774, after 0.7.3): the configuration is
`BenchmarkScenario`, the report `GenerativeBenchmarksReport` of version 2.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llmhost.gate.sample import Sample
from llmhost.spec.gatefile import GateFile


def configuration(
    url: str, model: str, key: str, file: GateFile, paths: Mapping[str, str]
) -> Mapping[str, Any]:
    """What guidellm is to do; `paths` are those of the `prompts` and of the `report`."""
    backend = {"kind": "openai_http", "target": url, "model": model}
    backend |= {"request_format": "/v1/chat/completions"}
    backend |= {"extras": {"body": {"max_tokens": file.output_tokens, "temperature": 0}}}  # type: ignore[dict-item]  # JSON
    return {
        "spec": {
            "backend": {**backend, **({"api_key": key} if key else {})},
            "profile": {"kind": "concurrent", "streams": file.concurrency},
            "constraints": [{"kind": "max_requests", "count": file.requests}],
            "data": [{"kind": "json_file", "path": paths["prompts"]}],
            "outputs": [{"kind": "json", "path": paths["report"]}],
        }
    }


def samples_of(report: Mapping[str, Any]) -> tuple[list[Sample], float]:
    """The requests of a report, and how many seconds they took together.

    Raises:
        ValueError: It is no report as it is known here.
    """
    try:
        benchmark = report["benchmarks"][0]
        requests = benchmark["requests"]
        samples = [*_good(requests["successful"]), *_bad(requests["errored"])]
        times = [
            (request["request_start_time"], request["request_end_time"])
            for request in (*requests["successful"], *requests["errored"])
        ]
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    if not times:
        return samples, 0.0
    return samples, max(end for _, end in times) - min(start for start, _ in times)


def _good(requests: Sequence[Mapping[str, Any]]) -> Iterator[Sample]:
    for request in requests:
        first, gap = request["time_to_first_token_ms"], request["inter_token_latency_ms"]
        yield Sample(
            seconds=request["request_latency"],
            first=None if first is None else first / 1000,
            # It reports the mean of each request and not the single gaps.
            gaps=() if gap is None else (gap / 1000,),
            tokens=request["output_tokens"],
        )


def _bad(requests: Sequence[Mapping[str, Any]]) -> Iterator[Sample]:
    for request in requests:
        why = request.get("info", {}).get("error") or "guidellm says no more"
        yield Sample(seconds=request.get("request_latency") or 0.0, error=str(why))
