"""Facts of a host beside those of git: which commits a pull request left, however it was merged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from groundplan.facts.code import COMMITS, LANDINGS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.host import HOST_KINDS, PULL_COMMITS, PULLS, REJECTED
from groundplan.facts.host_sql import HELD, LANDED_PULLS, held
from groundplan.sources.git.ingest import ingest
from groundplan.terms.progress import Silent
from tests.histories import ANN, BEN, History
from tests.sources.github.github_builder import iso, pull
from tests.sources.github.github_world import Node, World
from tests.sources.github.githubs import Place
from tests.sources.http_server import BEGIN, serving

HOUR = timedelta(hours=1)


class Merged:
    """A repository whose pull requests are merged in every way that GitHub has."""

    def __init__(self, path: Path) -> None:
        self.git = History(path)
        self.at = BEGIN - timedelta(days=30)
        self.git.commit({"base": "0"}, "Begin", at=self.at)
        self.world = World()
        self.expected: dict[str, tuple[str, set[str]]] = {}

    def branch(self, number: int, commits: int) -> list[str]:
        self.git.git("checkout", "-q", "-b", f"b{number}", "main")
        made = []
        for nr in range(commits):
            self.at += HOUR
            files = {f"f{number}-{nr}": "text"}
            made.append(self.git.commit(files, f"Step {number}.{nr}", by=BEN, at=self.at))
        self.git.git("checkout", "-q", "main")
        return made

    def dates(self) -> dict[str, str]:
        self.at += HOUR
        return {"GIT_AUTHOR_DATE": iso(self.at), "GIT_COMMITTER_DATE": iso(self.at)}

    def note(self, number: int, branch: list[str], method: str, landed: list[str]) -> None:
        merge = self.git.git("rev-parse", "main")
        nodes: list[Node] = [{"commit": self._told(commit)} for commit in branch]
        made = pull(number, self.at - HOUR, [], merged=self.at)
        made.update(mergeCommit={"oid": merge}, headRefOid=branch[-1])
        made["commits"] = {"totalCount": len(nodes), "nodes": nodes}
        self.world.pulls.append(made)
        self.expected[str(number)] = (method, set(landed))

    def _told(self, commit: str) -> Node:
        form = "--format=%aI%n%cI%n%s"
        authored, committed, subject = self.git.git("log", "-1", form, commit).split("\n")
        return {
            "oid": commit, "authoredDate": authored, "committedDate": committed,
            "messageHeadline": subject,
        }  # fmt: skip

    def landed(self, since: str) -> list[str]:
        return self.git.git("rev-list", "--first-parent", f"{since}..main").split()


@pytest.fixture
def merged(tmp_path: Path) -> Merged:
    made = Merged(tmp_path / "repo")
    git = made.git
    branch = made.branch(1, 2)
    git.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1", "b1", env=made.dates())
    made.note(1, branch, "merge", [*branch, git.git("rev-parse", "main")])
    for number, commits in ((2, 3), (3, 1)):
        branch, since = made.branch(number, commits), git.git("rev-parse", "main")
        git.git("merge", "-q", "--squash", f"b{number}")
        git.git("commit", "-q", "-m", f"Step {number}.0 (#{number})", env=made.dates())
        made.note(number, branch, "squash", made.landed(since))
    for number, commits in ((4, 3), (5, 1)):
        branch, since = made.branch(number, commits), git.git("rev-parse", "main")
        git.commit({f"meanwhile{number}": "x"}, "Meanwhile", by=ANN, at=made.at + HOUR / 2)
        since = git.git("rev-parse", "main")
        committed = {"GIT_COMMITTER_DATE": made.dates()["GIT_COMMITTER_DATE"]}
        git.git("cherry-pick", *branch, env=committed)
        made.note(number, branch, "rebase", made.landed(since))
    branch = made.branch(6, 2)
    git.git("merge", "-q", "--ff-only", "b6")
    made.at += HOUR
    made.note(6, branch, "fast_forward", branch)
    return made


def test_squash_rebase_and_merge_are_told_apart(merged: Merged, tmp_path: Path) -> None:
    place = Place(tmp_path / "workspace")
    with serving(merged.world.answer, clock=place.clock) as server:
        place.sync(server)
    now = place.clock.now
    ingest(place.ledger, merged.git.path, tmp_path / "shadow", Silent(), clock=now, workers=1)
    snapshot = place.ledger.snapshot()
    relations = {
        **{kind.name: snapshot.relation(kind) for kind in (COMMITS, LANDINGS)},
        **{kind.name: held(kind, snapshot.relation(kind)) for kind in (PULLS, PULL_COMMITS)},
    }
    engine = DuckDB(threads=1)
    rows = engine.rows(LANDED_PULLS.format(**relations))
    engine.close()
    found: dict[str, tuple[str, set[str]]] = {}
    for _, key, _, method, commit in rows:
        found.setdefault(key, (method, set()))[1].add(commit)
        assert found[key][0] == method
    assert found == merged.expected
    place.close()


def test_every_kind_that_is_told_again_has_a_rule_for_what_holds() -> None:
    assert set(HELD) == {kind.name for kind in HOST_KINDS} - {REJECTED.name}
    with pytest.raises(ValueError, match="every row holds"):
        held(REJECTED, "x")


def test_the_later_word_holds_whatever_came_first(tmp_path: Path) -> None:
    engine = DuckDB(threads=1)
    engine.execute(
        "create table told as select * from (values "
        "('s', '1', 'new', timestamp '2026-03-02 10:00:00', 5), "
        "('s', '1', 'old', timestamp '2026-03-02 09:00:00', 7), "
        "('s', '2', 'open', timestamp '2026-03-02 09:00:00', 5), "
        "('s', '2', 'gone', timestamp '2026-03-02 11:00:00', 6)) "
        "t(source, key, state, updated_at, seen)"
    )
    blank = ", ".join(
        f"null as {name}" for name in PULLS.column_names
        if name not in ("source", "key", "state", "updated_at", "seen")
    )  # fmt: skip
    rows = engine.rows(f"select key, state from {held(PULLS, f'(select *, {blank} from told)')}")
    engine.close()
    assert rows == [("1", "new")]
