"""Public trackers with state histories, read as the product reads a workspace's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.interruptions import Interruptions, Lasted, read_interruptions
from groundplan.facts.mart_work import EVER
from groundplan.facts.work import stage_of
from groundplan.facts.work_sql import ITEMS

Event = tuple[str, str, str, str, str | None, datetime]  # source, item, what, value, stage, when
END = datetime(2100, 1, 1, tzinfo=UTC)
# Resolutions after which nothing was built; everything else that was closed is done.
DROPPED = frozenset({
    "Won't Fix", "Duplicate", "Cannot Reproduce", "Invalid", "Incomplete", "Not a Problem",
    "Later", "Unresolved", "Answered",
})  # fmt: skip
ORGANISATIONS = ("apache", "duraspace")
# Which activity of the help desk is which, by where it stands in a ticket and how often.
TICKET = {"1": "todo", "8": "doing", "9": "todo", "6": "done"}


@dataclass(frozen=True)
class Tracker:
    """One project's history. kind: what its pauses are."""

    organisation: str
    name: str
    told: Interruptions


def read_trackers(data: Path) -> list[Tracker]:
    """The projects of both Jira organisations that ever had an item in work."""
    folder = data / "trackers" / "choet_jira_transitions"
    found = []
    for organisation in ORGANISATIONS:
        if (folder / f"{organisation}_issues.csv").exists():
            events = list(read_jira(folder, organisation))
            found += [Tracker(organisation, *one) for one in interpret(events)]
    return found


def read_help_desk(data: Path) -> Tracker:
    """The help desk, whose tickets wait for somebody's answer and are never given up."""
    rows = read_csv(data / "trackers" / "process_logs" / "helpdesk.csv")
    events: list[Event] = []
    for row in rows:
        if stage := TICKET.get(row["ActivityID"]):
            at = datetime.fromisoformat(row["CompleteTimestamp"])
            events.append(("helpdesk", row["CaseID"], "moved", "", stage, at))
    return Tracker("helpdesk", *next(interpret(events)))


def read_jira(folder: Path, organisation: str) -> Iterator[Event]:
    """An organisation's changes of status; what was closed without being built was dropped."""
    issues = read_csv(folder / f"{organisation}_issues.csv")
    resolution = {row["key"]: row["resolution"] for row in issues}
    for row in issues:
        yield *place(row["key"]), "created", "", "todo", moment(row["created"])
    for row in read_csv(folder / f"{organisation}_transitions.csv"):
        if row["field"] == "status":
            stage = stage_of(row["to"])
            if stage == "done" and resolution[row["key"]] in DROPPED:
                stage = "dropped"
            yield *place(row["key"]), "moved", row["to"], stage, moment(row["at"])


def interpret(events: list[Event]) -> Iterator[tuple[str, Interruptions]]:
    """The product's reading of each project that ever had an item in work."""
    engine = DuckDB(threads=1)
    source, item, what, value, stage, at = zip(*events, strict=True)
    texts = {"source": source, "item_id": item, "what": what, "value": value, "stage": stage}
    columns = {name: as_text(column) for name, column in texts.items()}
    columns["happened_at"] = np.array(at, dtype="datetime64[us]")
    columns["person_id"], columns["team"] = (as_text([each] * len(at)) for each in (None, ""))
    columns["nr"], columns["run"] = np.arange(len(at)), np.zeros(len(at), dtype=np.int64)
    engine.load("item_events", columns)
    engine.execute(f"create table items as {ITEMS}", {"at": EVER})
    for name in sorted(set(source)):
        told = read_interruptions(engine, name, ("",), END)
        if len(told.work.days):
            yield name, told
    engine.close()


def known_at(past: Lasted, before: np.datetime64, on: np.datetime64) -> Lasted:
    """What was known on a day of the cases that had begun before another."""
    begun = past.since < before
    since, days = past.since[begun], past.days[begun]
    over = np.busday_offset(since, np.ceil(days).astype(int), roll="forward") <= on
    watched = np.maximum(np.busday_count(since + 1, on + 1), 0.5)
    return Lasted(
        since, np.where(over, days, np.minimum(watched, days)), past.came[begun] & over,
        past.never[begun] & over, past.before[begun], past.people,
    )  # fmt: skip


def place(key: str) -> tuple[str, str]:
    """The project of an issue, and its key."""
    return key.rpartition("-")[0], key


def moment(text: str) -> datetime:
    """When something happened, UTC without zone."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC).replace(tzinfo=None)


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
