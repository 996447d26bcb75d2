"""Every signal on small histories whose answer is computed by hand in cases/*.yml."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from case_tables import START, build

from groundplan.access import local_scope
from groundplan.signals.catalogue import discover
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading
from groundplan.terms.estimate import Estimate, Measured, Unknown

HERE = Path(__file__).parent
SIGNALS = {signal.name: signal for signal in discover()}
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
    for path in sorted((HERE / "cases").glob("*.yml"))
    for case in yaml.safe_load(path.read_text())
]


def read(name: str, case: dict[str, Any]) -> Reading:
    as_of = START + timedelta(weeks=case["weeks"], hours=12)
    repos = case.get("scope", ["r"])
    return measure(build(case), SIGNALS[name], local_scope(repos), as_of, 1)


def agree(told: Measured, expected: Any) -> None:
    if isinstance(expected, str):
        assert isinstance(told, Unknown), told
        assert expected in told.reason
    else:
        assert isinstance(told, Estimate), told
        assert told.value == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name: str, case: dict[str, Any]) -> None:
    reading = read(name, case)
    then = dict(case["then"])
    agree(reading.now, then.pop("now"))
    if "before" in then:
        agree(reading.before, then.pop("before"))
    if "people" in then:
        assert reading.people == then.pop("people")
    if "excluded" in then:
        assert {e.reason: e.rows for e in reading.excluded} == then.pop("excluded")
    parts = {part.name: part.value for part in reading.parts}
    for part, expected in then.pop("parts", {}).items():
        agree(parts[part], expected)
    if "part_names" in then:
        assert list(parts) == then.pop("part_names")
    if "says" in then:
        finding = SIGNALS[name].speak(reading)
        expected = then.pop("says")
        assert (finding.sentence if finding else None) == expected
    if "detail" in then:
        finding = SIGNALS[name].speak(reading)
        assert finding is not None
        assert finding.detail.endswith(then.pop("detail"))
    assert not then, f"not checked: {then}"


def test_every_signal_has_cases() -> None:
    assert {str(case.values[0]) for case in CASES} == set(SIGNALS)


@pytest.mark.parametrize("name", SIGNALS)
def test_nothing_at_all_is_unknown(name: str) -> None:
    reading = read(name, {"weeks": 20})
    assert isinstance(reading.now, Unknown)
    assert SIGNALS[name].speak(reading) is None
