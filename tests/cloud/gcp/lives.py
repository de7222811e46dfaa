"""Short lives of one deployment, at random: faults, deaths, other people's things, and an end.

At every step what exists has an end of its own; at the last `ls` tells of all of it, and `down` or
`gc` takes all of it away and nothing else, and nothing that is needed by then.
"""

import shutil

from llmhost.cloud.gcp.pace import Pace
from llmhost.cloud.gcp.reading import zone_of
from tests.cloud.gcp.bench import ZONES, Bench
from tests.cloud.gcp.drawn import DOWN, GC, HOUR, MOVED, NAME, UP, Gap, Life
from tests.cloud.gcp.looks import (
    Together,
    ends_by_itself,
    everything,
    left_over,
    needed,
    only,
    ours,
    there,
    told,
    unused,
)
from tests.cloud.gcp.typed import KILLED, Command, Ended
from tests.fake_gce.verbs import Verbs

# A clock that is moved by waiting; little patience, so that slow operations are given up, too.
PACE = Pace(making=0.4, hidden=3.0, vouching=2.0, login=0.5, pause=0.01)

SECONDS = 3600
HALF_A_DAY, LATER = 12 * SECONDS, 5000


def live(life: Life, bench: Bench, together: Together) -> None:
    """Lives a life and looks at what is left of it.

    Args:
        life: What happens.
        bench: Where, with a cloud that may hold what an earlier life left.
        together: How commands are run.
    """
    gce = bench.gce
    gce.wipe()
    gce.forgive()
    shutil.rmtree(bench.state, ignore_errors=True)
    bench.state.mkdir()
    foreign = planted(gce, life.theirs)
    gce.script(*life.faults)
    for step in life.steps:
        take(bench, step, together)
        assert ends_by_itself(gce)
        assert foreign <= everything(gce)
    gce.forgive()
    assert told(bench, together) == there(gce)
    if unused(gce):
        gce.advance(LATER)  # a disk that has just been made may be about to be used
        before = unused(gce)
        assert before & unused(gce) <= left_over(bench, together) <= before
    if life.end == UP:
        only(together(bench, Command(UP)))
        gce.advance(LATER)  # what could not be seen yet can be seen now
        assert there(gce)
        assert len(there(gce)) == 1 or life.parted
    finish(bench, life.end, together)
    assert everything(gce) == foreign


def planted(gce: Verbs, which: set[int]) -> set[str]:
    """Other people's things, some of which have our names."""
    things = (
        lambda: gce.plant_instance(ZONES[0], f"llmhost-{NAME}", labels={"llmhost-name": NAME}),
        lambda: gce.plant_instance(ZONES[2], "llmhost-other", labels={"team": "others"}),
        lambda: gce.plant_disk(ZONES[1], f"llmhost-{NAME}", {"llmhost-name": NAME}),
        lambda: gce.plant_disk(ZONES[0], "data"),
        lambda: gce.plant_firewall("llmhost-ssh-theirs", description="ours", targetTags=["web"]),
        lambda: gce.plant_address("us-east4", "llmhost-address"),
    )
    for number in sorted(which):
        things[number]()
    return everything(gce)


def take(bench: Bench, step: list[Command] | Gap | str, together: Together) -> None:
    if step == MOVED:
        shutil.rmtree(bench.state, ignore_errors=True)
        bench.state.mkdir()
    elif step == HOUR:
        bench.gce.advance(SECONDS)
    elif isinstance(step, Gap):
        wait(bench, step, together)
    elif isinstance(step, list):
        for typed, done in zip(step, together(bench, *step), strict=True):
            sound(typed, done)


def wait(bench: Bench, gap: Gap, together: Together) -> None:
    """What is needed when somebody agrees to a list of waste is not deleted with it."""
    notes = bench.state / "needed"
    notes.unlink(missing_ok=True)
    for one in ours(bench.gce.instances()) if gap.stopped else ():
        if one["status"] == "RUNNING":
            bench.gce.stop(zone_of(one), one["name"])
    bench.gce.advance(HALF_A_DAY)

    def meanwhile() -> None:
        for one in gap.meanwhile:
            sound(one, only(together(bench, one)))
        notes.write_text("\n".join(needed(bench)))

    typed = Command(("gc",), gap.dies, answer="y\n", meanwhile=meanwhile)
    sound(typed, only(together(bench, typed)))
    if notes.exists():
        assert set(notes.read_text().splitlines()) <= everything(bench.gce)


def finish(bench: Bench, end: tuple[str, ...], together: Together) -> None:
    """The deployment's end: by its owner, or by nobody but time and a sweep."""
    gce = bench.gce
    if end != GC:
        done = only(together(bench, Command(DOWN)))
        assert done.status == 0, done.stderr
        assert not there(gce)
        gce.advance(LATER)  # what could not be seen yet can be seen now
        done = only(together(bench, Command(DOWN)))
    else:
        gce.advance(HALF_A_DAY)  # a life begins when a machine runs, which may be late
        # One that `extend` had stopped when it died runs for no time: it waits for `gc`.
        runs = [one for one in ours(gce.instances()) if one["status"] != "TERMINATED"]
        assert not runs, "time has ended every machine"
        done = only(together(bench, Command(GC)))
    assert done.status == 0, done.stderr


def sound(typed: Command, done: Ended) -> None:
    """Whether a command ended as one may end."""
    assert done.status in {0, 1, 2, KILLED}, f"{typed}\n{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
