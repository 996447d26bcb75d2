"""The published decision table is the one that decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from groundplan.experiments.files import write_designs
from groundplan.experiments.outcomes import OUTCOMES
from groundplan.experiments.planning import check_definition
from groundplan.inference.panels.designs import TABLE, TASKS
from groundplan.records.studies import Study
from groundplan.terms.errors import Refused

DOCUMENT = Path(__file__).parents[2] / "docs/studies.md"
BEGIN, END = "<!-- the decision table, printed from code -->\n", "<!-- the end of the decision"


def test_the_table_in_the_documents_is_the_code_s() -> None:
    printed = DOCUMENT.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert printed == write_designs() + "\n", "print write_designs() into docs/studies.md"
    assert all(f"| {row.name} " in printed for row in (TASKS, *TABLE))


def test_outcomes_are_signals_with_a_direction() -> None:
    assert set(OUTCOMES) == {"time_to_merge", "throughput", "rework", "off_hours"}
    assert not {"change_size", "active_people"} & set(OUTCOMES)


@pytest.mark.parametrize(
    ("intervention", "outcome", "refused"),
    [
        ("a no-meeting day", "number of meetings", True),
        ("a no-meeting day", "meeting hours per person", True),
        ("a no-meeting day", "throughput", False),
        ("squash every merge", "throughput", True),
        ("a bot that bumps versions", "throughput", True),
        ("a review of bottlenecks", "throughput", False),
        ("defect triage every Monday", "escaped defects", False),
        ("shorter on-call shifts", "off_hours", True),
    ],
)
def test_what_the_intervention_changes_by_definition(
    intervention: str, outcome: str, refused: bool
) -> None:
    study = Study(1, "?", "", intervention, "p1", "", date(2026, 1, 5))
    if refused:
        with pytest.raises(Refused, match="compliance check"):
            check_definition(study, outcome)
    else:
        check_definition(study, outcome)
