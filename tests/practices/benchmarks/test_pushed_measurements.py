"""What is pushed to a workspace becomes runs of a KPI, each once, when somebody takes it in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.practices.benchmarks import PRACTICE
from groundplan.terms.errors import NotFound
from groundplan.terms.progress import Silent
from groundplan.usecase import ask
from tests.sources.http.hooked import Hooked


def value(name: str, number: float, **more: Any) -> dict[str, Any]:
    return {"id": name, "kpi": "start", "unit": "ms", "value": number,
            "at": "2026-03-02T09:00:00Z", "host": "ci-1", **more}  # fmt: skip


class Measured:
    """A workspace that is pushed to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hooked = Hooked(folder, monkeypatch)
        self.workspace = Workspace(folder, Silent())

    def push(self, *told: dict[str, Any]) -> None:
        assert self.hooked.push({"measurements": list(told)}).status_code == 200
        self.hooked.receiver.shape_waiting()
        self.workspace.refresh()

    def say(self, verb: str, **inputs: Any) -> Any:
        case = next(case for case in PRACTICE.use_cases if case.name == f"benchmarks.{verb}")
        scope = self.workspace.scope()
        return ask(case, self.workspace.context(scope), scope, case.inputs(**inputs))

    def series(self) -> list[tuple[str, float]]:
        return [(one.session, one.value) for one in self.say("show", kpi="start").series]


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Measured]:
    made = Measured(tmp_path, monkeypatch)
    yield made
    made.workspace.close()
    made.hooked.close()


def test_pushed_values_are_runs_of_their_kpi(measured: Measured) -> None:
    measured.say("define", kpi="start", unit="s", better="lower", how="push:ci")
    measured.push(value("m1", 1200, session="build-1"), value("m2", 1300, session="build-1"))
    measured.push(value("m3", 900, commit="a" * 40))
    said = measured.say("gather")
    assert (said.runs, said.known, said.kpis) == (3, 0, ("start",))
    assert measured.say("gather", kpi="start").runs == 0
    shown = measured.say("show", kpi="start")
    assert (shown.kpi.runs, shown.kpi.sessions, shown.kpi.hosts) == (3, 2, 1)
    assert measured.series() == [("build-1", pytest.approx(1.25)), ("m3", pytest.approx(0.9))]


def test_what_comes_later_or_is_corrected_takes_nobodys_place(measured: Measured) -> None:
    measured.say("define", kpi="start", unit="ms", better="lower", how="push:ci")
    measured.push(value("m1", 10, session="s"), value("m2", 20, session="s"))
    measured.say("gather")
    early = value("m0", 30, session="s", at="2026-03-01T09:00:00Z")
    measured.push(early, value("m1", 11, session="s"))  # a correction; what is kept stays
    assert measured.say("gather").runs == 1
    assert measured.series() == [("s", pytest.approx(20.0))]


def test_of_kpis_that_nobody_defined_nothing_is_taken(measured: Measured) -> None:
    measured.push(value("m1", 10))
    assert measured.say("gather").runs == 0
    with pytest.raises(NotFound):
        measured.say("gather", kpi="start")
