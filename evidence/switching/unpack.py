"""Change logs of an issue tracker, as raw JSON files, as two tables without names.

    python evidence/switching/unpack.py FOLDER duraspace TARGET

TARGET is $GROUNDPLAN_DATA/trackers/choet_jira_transitions.

FOLDER holds the unpacked archives `delayed issues/*/DuraspaceDataSet.7z` of
github.com/morakotch/datasets at 133a5f59, which declare no licence: for measurement only.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Write ORGANISATION_issues.csv and ORGANISATION_transitions.csv."""
    folder, name, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    logs: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*_CL.json")):
        try:
            log = json.loads(path.read_text("utf-8", errors="replace"))
        except ValueError:
            continue  # a page of the tracker that says that the issue is gone
        known = logs.get(log["key"])
        if known is None or len(changes(log)) > len(changes(known)):
            logs[log["key"]] = log
    with (target / f"{name}_issues.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("key", "created", "status", "resolution"))
        for key, log in logs.items():
            told = log["fields"]
            resolution = (told["resolution"] or {}).get("name", "")
            rows.writerow((key, told["created"], told["status"]["name"], resolution))
    with (target / f"{name}_transitions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("key", "at", "field", "from", "to"))
        for key, log in logs.items():
            rows.writerows((key, *change) for change in changes(log))


def changes(log: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What happened to an issue's status and resolution."""
    return [
        (history["created"], item["field"], item["fromString"] or "", item["toString"] or "")
        for history in log["changelog"]["histories"]
        for item in history["items"]
        if item["field"] in ("status", "resolution")
    ]


if __name__ == "__main__":
    main()
