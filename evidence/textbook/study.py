"""Do our estimators give the figures that five published studies print?

    GROUNDPLAN_DATA=... python evidence/textbook/study.py        # a few seconds

Writes result.json beside this file: figures only. Ends with an error if one does not agree.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from studies import STUDIES
from tables import FOLDER

TARGET = Path(__file__).parent / "result.json"


def reproduce() -> dict[str, object]:
    """Every study's figures beside the printed ones, and the laws that its estimators broke."""
    told: dict[str, object] = {}
    for name, run in STUDIES.items():
        done = run()
        told[name] = {
            "figures": [
                {
                    "says": figure.says,
                    "published": figure.published,
                    "ours": round(figure.ours, figure.digits + 2),
                    "digits": figure.digits,
                    "agrees": figure.agrees,
                    "source": figure.source,
                }
                for figure in done.figures
            ],
            "broken_laws": done.broken,
            "also": done.also,
        }
    return told


def main() -> None:
    """Reproduce, print what differs, write."""
    if not FOLDER.is_dir():
        sys.exit("skipped: set GROUNDPLAN_DATA to a folder that holds experiments/")
    told = reproduce()
    TARGET.write_text(json.dumps(told, indent=1) + "\n")
    wrong = 0
    for name, study in told.items():
        for figure in study["figures"]:
            wrong += not figure["agrees"]
            sign = "  " if figure["agrees"] else "! "
            print(f"{sign}{name}: {figure['says']}: {figure['ours']} ({figure['published']})")
        wrong += len(study["broken_laws"])
        print(*(f"! {name}: {law}" for law in study["broken_laws"]), sep="\n", end="")
    sys.exit(f"{wrong} figures or laws do not hold" if wrong else 0)


if __name__ == "__main__":
    main()
