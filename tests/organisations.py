"""A small organisation with a code host, told whole: its repository, and what the host says of it.

Six people work for a while; each pull request is written, reviewed, merged in one of three ways and
deployed on the next morning. Every time is known, so that numbers can be worked out by hand.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from groundplan.bootstrap.workspace import Workspace
from groundplan.terms.progress import Silent
from tests.histories import History
from tests.sources.github.github_builder import event, issue, pull, who
from tests.sources.github.github_world import Node, World
from tests.sources.github.githubs import Place
from tests.sources.http_server import Clock, serving

START = datetime(2024, 1, 1, 8, tzinfo=UTC)  # a Monday
TEAM = ("ann", "ben", "cem", "dora", "eve", "fay")
AREAS = ("core", "store", "api")
METHODS = ("merge", "squash", "rebase")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def address(login: str) -> str:
    """How somebody's own computer writes their commits: nothing of it says the login."""
    names = {"ann": "Annabel", "ben": "Benedict"}
    name = names.get(login, login.capitalize())
    return f"{name} Example <{name.lower()}.e@mail.example>"


@dataclass
class Made:
    """One pull request as it was made. landed: commits that it left on the main line."""

    number: int
    author: str
    method: str
    opened: datetime
    merged: datetime
    branch: list[str] = field(default_factory=list)
    landed: list[str] = field(default_factory=list)


class Organisation:
    """The repository and the host's world. Nobody works on the last day but the releaser."""

    def __init__(self, path: Path, weeks: int = 30) -> None:
        self.history = History(path)
        self.world = World()
        self.made: list[Made] = []
        self._marks: dict[str, str] = {}
        self._script: list[str] = []
        self._count = 0
        self._build(weeks)

    @property
    def end(self) -> datetime:
        """When the last thing happened."""
        return max(datetime.fromisoformat(d["createdAt"]) for d in self.world.deployments)

    def _build(self, weeks: int) -> None:
        tip = base = self._commit("refs/heads/main", [], "ann", START - DAY, "Begin", "README")
        tips: list[str] = []
        for nr in range(weeks * 6):
            author = TEAM[nr % 6]
            # two on Monday and one on each other day, merged in the order of their numbers
            day, hours = max(nr % 6 - 1, 0), 2 if nr % 6 == 1 else 0
            opened = START + timedelta(weeks=nr // 6, days=day, hours=hours)
            made = Made(nr + 1, author, METHODS[nr // 3 % 3], opened, opened + 6 * HOUR)
            before, base = base, tip
            tip = self._land(made, before, tip)
            tips.append(tip)
            self.made.append(made)
        self._import()
        for made, mark in zip(self.made, tips, strict=True):
            made.branch = [self._marks[m] for m in made.branch]
            made.landed = [self._marks[m] for m in made.landed]
            self.world.pulls.append(self._tell(made, self._marks[mark]))
            self._deploy(made, self._marks[mark])
        self._give_up(weeks)
        self._ask(weeks)

    def _give_up(self, weeks: int) -> None:
        """Each week a pull request that nobody looks at is opened, and closed ten days later; those
        of the last week stay open.
        """
        for week in range(weeks):
            number, at = len(self.world.pulls) + 1, START + timedelta(weeks=week, days=2)
            author = TEAM[week % 6]
            closed = [event("ClosedEvent", f"PE{number}_x", at + 10 * DAY, author)]
            told = pull(number, at, closed if week < weeks - 2 else [], author=who(author))
            if week < weeks - 2:
                told.update(
                    state="CLOSED", closedAt=_iso(at + 10 * DAY), updatedAt=_iso(at + 10 * DAY)
                )
            self.world.pulls.append(told)

    def _land(self, made: Made, base: str, tip: str) -> str:
        ref, area = f"refs/heads/b{made.number}", AREAS[made.number % 3]
        made.branch = []
        for nr in range(2):
            at, on = made.opened - (4 - nr) * HOUR, made.branch[-1] if made.branch else base
            file = f"{area}/f{made.number}.{nr}.py"
            title = f"Step {made.number}.{nr}"
            made.branch.append(self._commit(ref, [on], made.author, at, title, file))
        title = f"Change {made.number}"
        brought = [f"{area}/f{made.number}.{nr}.py" for nr in range(2)]
        if made.method == "merge":
            name = f"Merge pull request #{made.number}"
            both = [tip, made.branch[-1]]
            last = self._commit("refs/heads/main", both, "ben", made.merged, name, *brought)
            made.landed = [*made.branch, last]
        elif made.method == "squash":
            name = f"{title} (#{made.number})"
            last = self._commit("refs/heads/main", [tip], made.author, made.merged, name, *brought)
            made.landed = [last]
        else:
            for nr in range(2):
                at = made.opened - (4 - nr) * HOUR
                tip = self._commit(
                    "refs/heads/main", [tip], made.author, at, f"Step {made.number}.{nr}",
                    brought[nr], committed=made.merged,
                )  # fmt: skip
                made.landed.append(tip)
        return made.landed[-1]

    def _commit(
        self,
        ref: str,
        parents: list[str],
        login: str,
        at: datetime,
        subject: str,
        *files: str,
        committed: datetime | None = None,
    ) -> str:
        self._count += 1
        mark, by = f":{self._count}", address(login)
        lines = [
            f"commit {ref}", f"mark {mark}", f"author {by} {int(at.timestamp())} +0000",
            f"committer {by} {int((committed or at).timestamp())} +0000",
            f"data {len(subject)}", subject,
        ]  # fmt: skip
        lines += [f"{word} {p}" for word, p in zip(("from", "merge"), parents, strict=False)]
        for file in files:
            lines += [f"M 100644 inline {file}", f"data {len(file)}", file]
        self._script += [*lines, ""]
        return mark

    def _import(self) -> None:
        marks = self.history.path / ".git" / "made"
        subprocess.run(
            ["git", "fast-import", "--quiet", f"--export-marks={marks}"],
            cwd=self.history.path, input="\n".join(self._script).encode(), check=True,
        )  # fmt: skip
        for line in marks.read_text().split("\n"):
            if line:
                mark, _, commit = line.partition(" ")
                self._marks[mark] = commit
        self.history.git("reset", "-q", "--hard", "main")

    def _tell(self, made: Made, merge: str) -> Node:
        reviewer = TEAM[0] if made.author != TEAM[0] else TEAM[1]
        if made.number % 4 == 0 or made.number % 6 == 3:
            reviewer = TEAM[(TEAM.index(made.author) + 2) % 6]
        key, events = f"PE{made.number}", []
        comment = event("IssueComment", f"{key}_b", made.opened + HOUR / 2, None)
        events.append({**comment, "author": who("renovate"), "fullDatabaseId": f"{made.number}1"})
        for state, hours in (("COMMENTED", 2), ("APPROVED", 5)):
            made_at = made.opened + hours * HOUR
            told = event("PullRequestReview", f"{key}_{hours}", made_at, None, state=state)
            mark = {"fullDatabaseId": f"{made.number}{hours}", "submittedAt": told["createdAt"]}
            events.append({**told, **mark, "author": who(reviewer), "commit": None})
        commits = [
            {"commit": {
                "oid": commit, "authoredDate": _iso(made.opened - (4 - nr) * HOUR),
                "committedDate": _iso(made.opened - (4 - nr) * HOUR),
                "messageHeadline": f"Step {made.number}.{nr}",
            }}
            for nr, commit in enumerate(made.branch)
        ]  # fmt: skip
        listed: Any = {"totalCount": len(commits), "nodes": commits}
        return pull(
            made.number, made.opened, events, merged=made.merged, author=who(made.author),
            mergeCommit={"oid": merge}, headRefOid=made.branch[-1], commits=listed,
        )  # fmt: skip

    def _deploy(self, made: Made, commit: str) -> None:
        """On the next morning at eight; every seventh fails, and works an hour later."""
        at = (made.merged + DAY).replace(hour=8)
        states = ["FAILURE", "SUCCESS"] if made.number % 7 == 0 else ["SUCCESS"]
        for nr, state in enumerate(states):
            name = made.number * 10 + nr
            began = at + nr * HOUR
            status = {
                "id": f"DES_{name}", "state": state, "creator": who("renovate"),
                "createdAt": _iso(began + timedelta(minutes=10)),
            }  # fmt: skip
            self.world.deployments.append({
                "id": f"DE_{name}", "databaseId": name, "task": "deploy",
                "environment": "production", "commitOid": commit, "ref": {"name": "main"},
                "createdAt": _iso(began), "creator": who("renovate"),
                "statuses": {"nodes": [status]},
            })  # fmt: skip

    def _ask(self, weeks: int) -> None:
        """Three issues a week: two are answered after a day, and closed after two; every fifth week
        the first of them comes back. The third is never answered. Every sixth week has an incident.
        """
        number = len(self.world.pulls)
        for week in range(weeks):
            asker, helper = TEAM[week % 6], TEAM[(week + 1) % 6]
            for nr in range(2):
                number += 1
                at = START + timedelta(weeks=week, hours=1 + nr)
                back = nr == 0 and week % 5 == 4
                comment = event("IssueComment", f"IE{number}_c", at + DAY, None)
                events = [{**comment, "author": who(helper), "fullDatabaseId": f"{number}3"}]
                events.append(event("ClosedEvent", f"IE{number}_x", at + 2 * DAY, helper))
                if back:
                    events.append(event("ReopenedEvent", f"IE{number}_r", at + 3 * DAY, asker))
                    events.append(event("ClosedEvent", f"IE{number}_y", at + 4 * DAY, helper))
                labels = [{"name": "Incident"}] if nr and week % 6 == 5 else []
                self.world.issues.append(issue(
                    number, at, events, closed=at + (4 if back else 2) * DAY,
                    labels={"nodes": labels}, author=who(asker),
                ))  # fmt: skip
            number += 1
            late = START + timedelta(weeks=week, days=3)
            self.world.issues.append(issue(number, late, [], author=who(helper)))


@contextmanager
def reading(organisation: Organisation, folder: Path) -> Iterator[Workspace]:
    """A workspace that read the repository and, from a server on this machine, its host."""
    place = Place(folder, Clock(organisation.end + HOUR))
    with serving(organisation.world.answer, clock=place.clock) as server:
        place.sync(server)
    place.close()
    workspace = Workspace(folder, Silent())
    workspace.read_names(organisation.history.path)
    yield workspace
    workspace.close()


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
