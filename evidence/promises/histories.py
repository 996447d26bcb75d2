"""The estimate histories that the study reads; they stay where they are, under GROUNDPLAN_DATA."""

from __future__ import annotations

import csv
import gzip
import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from groundplan.inference.outcomes import LeftOut, Outcomes, arrange

FOLDER = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "estimates"
History = tuple[Outcomes, LeftOut]
MONTHS = "- Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
Item = tuple[str, str, float, float, object]  # person, kind, estimate, actual, at


def number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return float("nan")


def rows(name: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    path = FOLDER / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding=encoding) as handle:
        return list(csv.DictReader(handle))


def day(text: str) -> str:
    """02-Nov-04 as 2004-11-02, which sorts."""
    in_month, month, year = text.split("-")
    return f"20{year}-{MONTHS.index(month):02d}-{in_month}"


def arranged(items: Iterable[Item], by_kind: bool) -> History:
    people, kinds, estimates, actuals, at = zip(*items, strict=True)
    who = [f"{p}/{k}" for p, k in zip(people, kinds, strict=True)] if by_kind else people
    return arrange(estimates, actuals, who, at)


def sip(by_kind: bool = False) -> History:
    """One row a task: its first developer, the task's hours, by the day of completion."""
    days = {row["TaskNumber"]: row for row in rows("sip/est-act-dates.csv.gz")}
    tasks = {
        row["TaskNumber"]: row
        for row in reversed(rows("sip/Sip-task-info.csv.gz", "latin-1"))
        if row["TaskNumber"] in days
    }
    return arranged(
        (
            (
                row["DeveloperID"],
                row["SubCategory"],
                number(row["HoursEstimate"]),
                number(row["HoursActual"]),
                day(days[key]["CompletedOn"] or days[key]["EstimateOn"]),
            )
            for key, row in sorted(tasks.items(), key=lambda pair: int(pair[0]))
        ),
        by_kind,
    )


def renzo(by_kind: bool = False) -> History:
    """Ten years of one person's pomodoros, by day."""
    return arranged(
        (
            (
                "one",
                row["X.words"].partition(",")[0],
                number(row["estimate"]),
                number(row["actual"]),
                row["date"],
            )
            for row in rows("renzo/all-tasks.csv.gz")
        ),
        by_kind,
    )


def project22(by_kind: bool = False) -> History:
    """Stories in points (about hours) and hours; whoever spent most, by the story's number."""
    items = []
    for row in rows("project22/story-info.csv"):
        hours = {who: number(row[who]) for who in ("D1", "D2", "D3")}
        most = max(hours, key=lambda who: -1.0 if math.isnan(hours[who]) else hours[who])
        if row["Branch"].isdigit():
            points, spent = number(row["StoryPoints"]), number(row["Total"])
            items.append((most, row["IsMCO"], points, spent, int(row["Branch"])))
    return arranged(items, by_kind)


def agile(by_kind: bool = False) -> History:
    """Issues of four projects, points against hours, in the order of the file."""
    items = [
        (
            row["Project"],
            row["Resolution"],
            number(row["Story.Points"]),
            number(row["Time.Spent"]),
            at,
        )
        for at, row in enumerate(rows("eseur/23003405-est_agile.csv"))
    ]
    return arranged(items, by_kind)


def kitchenham(by_kind: bool = False) -> History:
    """145 whole projects of six clients, in hours, by their start."""
    body = (FOLDER / "project_level/kitchenham.arff").read_text("utf-8-sig").partition("@data")[2]
    cells = [line.split(",") for line in body.split() if line.count(",") == 9]
    return arranged(((c[1], c[2], number(c[8]), number(c[5]), c[3]) for c in cells), by_kind)


def simula(by_kind: bool = False) -> History:
    """18 projects of one company, in the order of the file."""
    items = [
        ("company", row["Contract"], number(row["Estimated"]), number(row["Actual"]), at)
        for at, row in enumerate(rows("eseur/simula_0a.csv"))
    ]
    return arranged(items, by_kind)


def anchoring(by_kind: bool = False) -> History:
    """93 students, three estimates each of a task of minutes, in seconds."""
    items = [
        (
            f"{row['Session']}-{row['Subject']}",
            row["Anchor"],
            number(row[f"Estimate{turn}"]),
            number(row[f"Duration{turn}"]),
            turn,
        )
        for row in rows("eseur/Lorko-Servatka-Zhang.csv")
        for turn in (1, 2, 3)
    ]
    return arranged(items, by_kind)


HISTORIES: dict[str, Callable[[bool], History]] = {
    "sip": sip,
    "renzo": renzo,
    "project22": project22,
    "agile": agile,
    "kitchenham": kitchenham,
    "simula": simula,
    "anchoring": anchoring,
}
