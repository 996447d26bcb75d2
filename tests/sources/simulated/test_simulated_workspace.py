"""A simulated workspace is read like a real one: by the same sources, with the same answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.sources.csv.panels import read_panel
from groundplan.sources.simulated.effects import CYCLE_TIME, PACE, Planted
from groundplan.sources.simulated.fetch import write
from groundplan.sources.simulated.panels import NEVER
from groundplan.sources.simulated.simulation import simulate
from groundplan.sources.simulated.worlds import World
from groundplan.terms.errors import Refused
from groundplan.terms.progress import Silent

EFFECT = Planted("pairing", CYCLE_TIME, -0.3, 12, ("team-b",))
WORLD = World(teams=2, people=6, weeks=40, effects=(EFFECT,))
QUIET = Silent()


def git(repository: Path, *words: str) -> list[str]:
    done = subprocess.run(
        ["git", "-C", str(repository), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def tip_of(repository: Path) -> str:
    return git(repository, "rev-parse", "main")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulated") / "world"


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[str, Any]:
    """What the truth file says, once the workspace was written and read."""
    written = write(simulate(WORLD, 11), folder, QUIET)
    opened = Workspace(folder, QUIET)
    for repository, tracker in zip(written.repositories, written.trackers, strict=True):
        opened.read_lines(opened.read_names(repository).repo)
        read = opened.read_items(tracker)
        assert (read.rejected, read.unread, read.notes) == ((), (), ())
    opened.close()
    told: dict[str, Any] = json.loads(written.truth.read_text())
    return told


@pytest.fixture
def opened(folder: Path, truth: dict[str, Any]) -> Iterator[Workspace]:
    workspace = Workspace(folder, QUIET)
    yield workspace
    workspace.close()


def test_the_facts_are_git_s_own(opened: Workspace) -> None:
    assert opened.repos() == ["team-a", "team-b"]
    for repo in opened.repos():
        checked = opened.check(repo)
        assert (checked.differing, checked.pending) == (0, 0)
        assert checked.added > 0


def test_a_merge_brings_its_branch_and_nothing_else(folder: Path, truth: dict[str, Any]) -> None:
    repository = folder / "simulated" / "team-a.git"
    assert git(repository, "fsck", "--strict") == []
    assert git(repository, "for-each-ref", "--format=%(refname)") == ["refs/heads/main"]
    trees = dict(line.split() for line in git(repository, "log", "--format=%H %T"))
    merges = [line.split() for line in git(repository, "log", "--merges", "--format=%T %P")]
    assert len(merges) > 20
    assert all(tree == trees[tip] != trees[base] for tree, base, tip in merges)
    renamed = git(repository, "log", "--no-merges", "--diff-filter=R", "--name-status", "-M50%",
                  "--format=")  # fmt: skip
    assert renamed


def test_everybody_is_one_person_and_machines_are_told_apart(
    opened: Workspace, truth: dict[str, Any]
) -> None:
    mart = opened.context().mart
    humans = {name for (name,) in mart.rows("select name from people where actor = 'human'")}
    invented = {one["name"] for team in truth["teams"] for one in team["people"]}
    assert humans <= invented and len(humans) >= 10
    assert mart.rows("select count(*) from people where actor = 'bot'") == [(1,)]
    assert mart.rows("select count(*) from identity_merges") == [(0,)]


def test_what_landed_is_what_was_drawn(opened: Workspace, truth: dict[str, Any]) -> None:
    mart = opened.context().mart
    for team in truth["teams"]:
        counts = mart.rows(
            "select count(*) filter (where actor = 'human' and not is_merge) from commits "
            "where repo = :repo",
            {"repo": team["name"]},
        )
        assert counts == [(team["commits"] + 1,)]  # and the first, which imports
        landed = mart.rows(
            "select count(*) filter (where via = 'merge'), count(*) from landings "
            "where repo = :repo and actor = 'human' and landing_nr > 0",
            {"repo": team["name"]},
        )
        assert landed[0][1] == team["changes"] and 0 < landed[0][0] < team["changes"]
        items = mart.rows(
            "select count(*) from items where source = :source",
            {"source": f"items:{team['name']}"},
        )
        assert items == [(team["items"],)]


def test_commits_name_items_that_were_done_when_they_landed(opened: Workspace) -> None:
    rows = opened.context().mart.rows(
        r"""
        select count(*), count(i.done_at),
          max(abs(epoch_us(i.done_at) - epoch_us(l.landed_at))) / 1e6
        from landings l left join items i on i.source = 'items:' || l.repo
          and i.item_id = regexp_extract(l.subject, '(W-\d+)', 1)
        where l.actor = 'human' and l.landing_nr > 0
        """
    )
    assert rows[0][0] == rows[0][1] and rows[0][2] <= 1


def test_weeks_are_a_panel_of_what_landed(folder: Path, truth: dict[str, Any]) -> None:
    read = read_panel((folder / "weeks.csv").read_bytes(), {"outcome": "commits"}, "treated_from")
    assert read.panel.units == ("team-a", "team-b")
    assert len(read.panel.periods) == WORLD.weeks
    totals = read.panel.outcome.sum(axis=1).tolist()
    assert totals == [team["commits"] for team in truth["teams"]]
    assert read.panel.treated_from.tolist() == [NEVER, 12]


def test_reviews_and_owners_can_be_asked_for(opened: Workspace) -> None:
    context = opened.context()
    reviewed = context.mart.rows("select count(*) from credits where part = 'reviewer'")
    assert reviewed[0][0] > 100
    owners = context.documents.read("team-b", "CODEOWNERS")
    assert owners is not None and "@example.com" in owners
    assert context.documents.search("team-a", "billing", 5)


def test_the_same_seed_writes_the_same_history(tmp_path: Path, folder: Path, truth: Any) -> None:
    again = write(simulate(WORLD, 11), tmp_path / "again", QUIET)
    for repository, tracker in zip(again.repositories, again.trackers, strict=True):
        before = folder / "simulated" / repository.name
        assert tip_of(before) == tip_of(repository)
        assert before.with_name(tracker.name).read_text() == tracker.read_text()
    other = write(simulate(WORLD, 12), tmp_path / "other", QUIET)
    assert tip_of(other.repositories[0]) != tip_of(again.repositories[0])


def test_an_effect_elsewhere_leaves_a_repository_as_it_is(tmp_path: Path, folder: Path) -> None:
    effects = (Planted("x", PACE, 1.0, 10, ("team-b",)),)
    planted = write(
        simulate(World(teams=2, people=6, weeks=40, effects=effects), 11),
        tmp_path / "planted",
        QUIET,
    )
    before = folder / "simulated"
    assert tip_of(planted.repositories[0]) == tip_of(before / "team-a.git")
    assert tip_of(planted.repositories[1]) != tip_of(before / "team-b.git")


def test_nothing_is_written_into_somebody_s_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(Refused, match="not empty"):
        write(simulate(World(weeks=4), 1), tmp_path, QUIET)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_world_as_small_as_can_be(tmp_path: Path) -> None:
    for seed in range(6):
        written = write(simulate(World(people=1, weeks=4), seed), tmp_path / str(seed), QUIET)
        assert len(tip_of(written.repositories[0])) == 40


def groundplan(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "groundplan", *words],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_command_writes_reads_and_tells(tmp_path: Path) -> None:
    out = tmp_path / "world"
    done = groundplan(
        "simulate", "--out", str(out), "--seed", "7", "--people", "5", "--weeks", "30",
        "--plant", "no-meeting-day:+20%@week 15", "--json", "--quiet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["truth"] == json.loads((out / "truth.json").read_text())
    (effect,) = told["truth"]["effects"]
    assert (effect["name"], effect["change"], effect["week"]) == ("no-meeting-day", 0.2, 15)
    assert effect["starts_on"] == "2024-04-15"
    page = groundplan("run", "--no-serve", "--quiet", "--workspace", str(out),
                      str(out / "simulated" / "team-a.git"))  # fmt: skip
    assert page.returncode == 0, page.stderr
    assert "team-a: how this team works" in page.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--plant", "more of everything"), "@ week 26"),
        (("--plant", "x:+20%@week 400"), "week 1 to 103"),
        (("--plant", "x:+20%@week 4 in team-b"), "team-a"),
        (("--seed", "-1"), "0 or more"),
        (("--starts-on", "2024-01-03"), "a Monday"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = groundplan("simulate", "--out", str(tmp_path / "world"), *words)
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "world").exists()
