"""What is printed beside who knows what is what evidence/ownership found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundplan.inference import go_to_hits as hits
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import SHARE

ROOT = Path(__file__).parents[3]
FOUND: dict[str, Any] = json.loads((ROOT / "evidence/ownership/result.json").read_text())
BINS = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.01)


@pytest.mark.parametrize("task", ["change", "fix", "review"])
def test_hits_are_the_evidence(task: str) -> None:
    first, named = (FOUND["judged"][f"{task}/{top}/against last_touch"] for top in ("top1", "top3"))
    printed = {"change": hits.CHANGE, "fix": hits.FIX, "review": hits.REVIEW}[task]
    assert printed == hits.Hits(
        first["groundplan"], named["groundplan"], first["baseline"], first["repositories"]
    )


def test_shares_are_the_evidence() -> None:
    rows = FOUND["judged_calibration"]
    assert [(one.came_true, one.changes) for one in hits.SHARES] == [tuple(row[1:]) for row in rows]
    for one, (mean, *_) in zip(hits.SHARES, rows, strict=True):
        assert one.low in BINS
        assert one.low <= mean < one.high


def test_owners_knowers_and_maintainers_are_the_evidence() -> None:
    row = FOUND["judged"]["change_owned/top1/against declared_owners"]
    assert (row["baseline"], row["groundplan"], row["repositories"]) == hits.DECLARED
    judged = {name: FOUND["repositories"][name] for name in FOUND["repositories"]}
    tuned = {"optuna+optuna", "pallets+flask", "redis+redis", "git+git"}
    covered = [one["experts"]["covered_share"] for n, one in judged.items() if n not in tuned]
    assert (min(covered), max(covered)) == hits.KNOWERS
    for name, (precision, people) in hits.MAINTAINERS.items():
        factor = judged[f"{name}+{name}"]["truck_factor"]
        assert (factor["precision"], factor["factor"]) == (precision, people)
    compared = {
        n.split("+")[1] for n, one in judged.items() if one["truck_factor"].get("named", 0) > 9
    }
    assert compared == set(hits.MAINTAINERS)


def test_what_is_said_of_a_share() -> None:
    def share(value: float) -> Estimate:
        return Estimate(value, value, value, 0.9, SHARE, 9, "changes", "given")

    assert hits.say_share(share(0.34)) == "shares like this came true for 40% of 467 changes"
    assert hits.say_share(share(0.07)) == ""
    assert hits.say_share(Unknown("too few", 1, 5, "changes")) == ""


def test_every_claim_says_how_often_it_held() -> None:
    assert hits.say_people().startswith("Of first answers for a file, 32% were the next to change")
    assert "23% the next to fix" in hits.say_people()
    assert "61%" in hits.say_reviewers()
    assert "8% of changes" in hits.say_declared()
    assert "78% to 96%" in hits.say_knowers()
    assert "80% of 46 on u-boot and 20% of 10 on scipy" in hits.say_maintainers()
