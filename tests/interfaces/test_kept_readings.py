"""Readings are kept while they are asked for; those that nobody asks for do not pile up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.bootstrap import marts
from groundplan.bootstrap.workspace import Workspace
from groundplan.signals.catalogue import discover
from tests.interfaces.web.conftest import history, workspace

__all__ = ["history", "workspace"]


def test_what_is_asked_for_stays_and_what_is_not_goes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marts, "MOST_READINGS", 3)
    scope = workspace.scope()
    context = workspace.context(scope)
    asked = next(signal for signal in discover() if signal.name == "throughput")
    first = context.measure(asked, scope)
    once = context.measure(replace(asked, name="throughput.once"), scope)
    for nr in range(10):  # as each correction makes engineering time anew
        context.measure(replace(asked, name=f"throughput.{nr}"), scope)
        assert context.measure(asked, scope) is first
    assert context.measure(replace(asked, name="throughput.once"), scope) is not once
