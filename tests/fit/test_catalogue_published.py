"""Well-known models against what is published of them: configurations, sizes of files, caches.

None of the figures in `published.yaml` was computed here; what is computed here, from each
model's `config.json` number by number, must come out at them.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from llmhost.fit.cache import Use, bytes_per_token, cache_bytes
from llmhost.fit.config import shape_of_config
from llmhost.fit.shape import Kind, Layers, Spread
from tests.fit.counting import bytes_of, parts_of
from tests.fit.shared import MODELS, known

DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("published.yaml").read_text("utf-8"))
ROWS: dict[str, dict[str, Any]] = DATA["rows"]
CACHES: list[dict[str, Any]] = DATA["caches"]
IN_CATALOGUE = [name for name, row in ROWS.items() if "catalogue" in row]
# A file's header has about a hundred bytes per tensor; of a file with many small ones, so much.
HEADERS = 3e-5


def test_there_are_at_least_25_models_of_every_kind() -> None:
    assert len(ROWS) >= 25
    kinds = [kind for row in ROWS.values() for kind in row["kinds"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "gqa": 28, "mha": 5, "mqa": 2, "mla": 2, "window": 5, "state": 1,
        "moe": 8, "quantised": 8, "multimodal": 6,
    }  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_every_figure_can_be_read_where_it_is_said_to_stand(name: str) -> None:
    row = ROWS[name]
    repository, _, commit = row["copy"].partition("@")
    assert repository.count("/") == 1
    assert len(commit) == 40
    assert row["size_of"].startswith(("total_size of ", "size of ", "sizes of ", "the hub's page "))
    assert ("rounded" in row) == ("page" in row["size_of"])


def test_no_copy_stands_for_two_models() -> None:
    places = [(row["copy"], row.get("folder", ""), row["format"]) for row in ROWS.values()]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", ROWS)
def test_the_weights_of_a_configuration_are_what_its_files_weigh(name: str) -> None:
    row = ROWS[name]
    computed, size = bytes_of(row["config"], row["format"]), row["size"]
    if "rounded" in row:
        assert abs(computed - size) <= row["rounded"]
    elif row["size_of"].startswith("total_size"):
        assert computed == size
    else:
        assert 0 < size - computed < size * HEADERS


@pytest.mark.parametrize("name", ROWS)
def test_the_cache_is_that_of_the_arithmetic_by_hand(name: str) -> None:
    row = ROWS[name]
    shape = shape_of_config(row["config"])
    groups = [group for group in shape.layers if group.kind != "state"]
    assert sorted(groups, key=str) == sorted((_by_hand(one) for one in row["cache"]), key=str)
    assert bytes_per_token(shape) == row["cache_bytes"]


def _by_hand(one: dict[str, int]) -> Layers:
    if "latent" in one:
        return Layers("latent", one["layers"], latent=one["latent"])
    kind: Kind = "window" if "window" in one else "full"
    size, window = one["size"], one.get("window", 0)
    return Layers(kind, one["layers"], kv_heads=one["heads"], key=size, value=size, window=window)


@pytest.mark.parametrize("said", CACHES, ids=lambda said: f"{said['model']}-{said['tokens']}")
def test_the_cache_is_what_others_say_it_is(said: dict[str, Any]) -> None:
    shape, spread = known(said["model"]).shape, Spread(tensor=said.get("gpus", 1))
    state = cache_bytes(shape, Use(0), spread)
    if said.get("windows", True):
        computed = cache_bytes(shape, Use(said["tokens"]), spread) - state
    else:
        computed = int(said["tokens"] * bytes_per_token(shape, spread=spread))
    assert abs(computed - said["bytes"]) <= said["within"]
    assert said["source"].startswith("https://")


def test_most_of_what_others_say_was_measured() -> None:
    assert sum(said["measured"] for said in CACHES) > len(CACHES) / 2
    assert len({said["model"] for said in CACHES}) >= 10


@pytest.mark.parametrize("name", IN_CATALOGUE)
def test_the_catalogue_has_the_shape_that_is_published(name: str) -> None:
    ours, row = known(ROWS[name]["catalogue"]).shape, ROWS[name]
    theirs = shape_of_config(row["config"])
    assert ours.layers == theirs.layers
    assert (ours.heads, ours.hidden, ours.depth) == (theirs.heads, theirs.hidden, theirs.depth)


@pytest.mark.parametrize("name", IN_CATALOGUE)
def test_the_catalogue_has_the_bytes_that_are_published(name: str) -> None:
    row, entry = ROWS[name], MODELS[ROWS[name]["catalogue"]].models[ROWS[name]["catalogue"]]
    packed = 16 if row["format"] in {"f32", "mlx"} else 0  # the catalogue has those in 16 bits
    expected = 2 * parts_of(row["config"]).numbers if packed else row["size"]
    allowed = row.get("rounded", 0) or (expected * HEADERS if "total" not in row["size_of"] else 0)
    vocabulary = known(ROWS[name]["catalogue"]).shape.vocabulary
    if vocabulary == shape_of_config(row["config"]).vocabulary:
        assert abs(entry.bytes - expected) <= allowed
