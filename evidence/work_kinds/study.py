"""How often is "fix" right? The rules of facts/work_kinds.py against two labelled samples.

Run: python evidence/work_kinds/study.py  (reads GROUNDPLAN_DATA, default ../shared/data)

The rules were written against the Amit and Feitelson sample; Levin and Yehudai's was looked at
once, for the figure that is published.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from collections import Counter
from pathlib import Path

from groundplan.facts.work_kinds import KINDS, TouchedFiles, classify
from groundplan.inference.proportions import wilson_bounds

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "work_types" / "commits"
NO_FILES = TouchedFiles(0, 0, 0, 0)  # the samples have messages only


def subject_of(message: str) -> str:
    """The first line, without the patch prefix that the samples carry."""
    text = (
        message.strip().removeprefix("[PATCH").partition("]")[2]
        if "[PATCH" in message[:8]
        else message
    )
    return " ".join(text.strip().split("\n\n")[0].split())


def rows(name: str) -> list[dict[str, str]]:
    path = FOLDER / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as handle:
        return list(csv.DictReader(handle))


def score(pairs: list[tuple[bool, bool]]) -> dict[str, object]:
    """Precision, recall and accuracy of `said` against `true`, with 95% Wilson intervals."""
    count = Counter(pairs)
    hit, false, missed = count[True, True], count[True, False], count[False, True]

    def share(part: int, whole: int) -> dict[str, float | int]:
        low, high = wilson_bounds(part / whole, whole, 0.95)
        return {
            "value": round(part / whole, 3),
            "low": round(low, 3),
            "high": round(high, 3),
            "n": whole,
        }

    return {
        "precision": share(hit, hit + false),
        "recall": share(hit, hit + missed),
        "accuracy": share(hit + count[False, False], len(pairs)),
    }


def main() -> None:
    if not FOLDER.is_dir():
        sys.exit(f"skipped: no labelled commits at {FOLDER} (set GROUNDPLAN_DATA)")
    tuned = [
        (classify(subject_of(row["message"]), NO_FILES) == "fix", row["Is_Bug"] == "TRUE")
        for row in rows("commit_train_11_aug_18.csv.gz")
        if row["Is_Bug"] in ("TRUE", "FALSE")
    ]
    held = [
        (classify(subject_of(row["message"]), NO_FILES), row["original_label"])
        for row in rows("stas_labeling2.csv")
    ]
    result = {
        "fix_on_tuning_sample": score(tuned),
        "fix_on_held_out_sample": score([(kind == "fix", label == "c") for kind, label in held]),
        "held_out_labels_by_kind": {
            kind: dict(Counter(label for said, label in held if said == kind)) for kind in KINDS
        },
        "held_out_unclassified_share": round(sum(k == "other" for k, _ in held) / len(held), 3),
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
