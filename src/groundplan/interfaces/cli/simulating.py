"""The command that makes a workspace of simulated teams.

No use case: it makes the facts that use cases are asked about, and those are given a mart that
they can only read. What it writes is read by the same sources as anybody's history.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.sources.simulated.effects import ALLOWED, read_effect
from groundplan.sources.simulated.fetch import Written, write
from groundplan.sources.simulated.simulation import simulate as draw
from groundplan.sources.simulated.worlds import World
from groundplan.terms.errors import BadInput

USUAL = World()


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the new workspace, empty or not there yet.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed, the same teams.")
@click.option("--teams", default=USUAL.teams, show_default=True, help="How many teams.")
@click.option("--people", default=USUAL.people, show_default=True, help="Seats of each team.")
@click.option("--weeks", default=USUAL.weeks, show_default=True, help="Weeks of history.")
@click.option(
    "--starts-on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=USUAL.starts_on.isoformat(),
    show_default=True,
    help="The first day, a Monday.",
)
@click.option(
    "--plant", "plants", multiple=True, metavar="EFFECT", help=f"{ALLOWED}. May be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON document.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def simulate(
    out: Path,
    seed: int,
    teams: int,
    people: int,
    weeks: int,
    starts_on: datetime,
    plants: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Write a workspace of simulated teams; truth.json says what is true of them."""
    if seed < 0:
        raise BadInput("--seed", seed, "0 or more")
    effects = tuple(map(read_effect, plants))
    world = World(
        teams=teams, people=people, weeks=weeks, starts_on=starts_on.date(), effects=effects
    )
    simulated = draw(world, seed)
    terminal = Terminal(quiet)
    written = write(simulated, out, terminal)
    _read(out, written, terminal)
    if as_json:
        print_json({"workspace": out, "written": written, "truth": simulated.truth})
        return
    for team in simulated.truth["teams"]:
        say(
            f"{team['name']}: {len(team['people'])} people, {team['items']:,} work items, "
            f"{team['commits']:,} commits in {weeks} weeks"
        )
    for effect in simulated.truth["effects"]:
        say(
            f"{effect['name']}: {effect['change']:+.0%} {effect['outcome']} from "
            f"{effect['starts_on']} on in {', '.join(effect['teams'])}"
        )
    say(f"What is true of them: {written.truth}")
    say(f"Their pages: groundplan serve --workspace {out}")


def _read(folder: Path, written: Written, terminal: Terminal) -> None:
    """Read what was written, by the sources that read anybody's."""
    opened = Workspace(folder, terminal)
    try:
        for repository, tracker in zip(written.repositories, written.trackers, strict=True):
            opened.read_lines(opened.read_names(repository).repo)
            opened.read_items(tracker)
        opened.context()
    finally:
        opened.close()
