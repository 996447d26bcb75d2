"""Published studies are reproduced, and the checks catch what reproductions often get wrong."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from groundplan.inference.panels.panel import NEVER, Panel, make_panel

FOLDER = Path(__file__).parents[3] / "evidence" / "textbook"
RESULT = json.loads((FOLDER / "result.json").read_text())
DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "experiments"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("checks", "studies", "regressions", "tables"):
        sys.modules.pop(name, None)
    return importlib.import_module("checks")


@pytest.mark.parametrize("study", RESULT)
def test_every_published_figure_is_reproduced(study: str) -> None:
    assert RESULT[study]["broken_laws"] == []
    assert len(RESULT[study]["figures"]) >= 5
    for figure in RESULT[study]["figures"]:
        assert abs(figure["ours"] - figure["published"]) <= 0.51 * 10 ** -figure["digits"], figure
        assert figure["agrees"]
        assert figure["source"]


@pytest.mark.skipif(not DATA.is_dir(), reason="set GROUNDPLAN_DATA to reproduce them anew")
@pytest.mark.parametrize("study", RESULT)
def test_a_fresh_run_gives_the_stored_figures(study: str, load: ModuleType) -> None:
    done = importlib.import_module("studies").STUDIES[study]()
    stored = {(f["says"], f["source"]): f["ours"] for f in RESULT[study]["figures"]}
    fresh = {(f.says, f.source): f.ours for f in done.figures}
    assert fresh.keys() == stored.keys()
    assert list(fresh.values()) == pytest.approx(list(stored.values()), rel=1e-3, abs=1e-4)
    assert done.broken == []


def panel() -> Panel:
    rng = np.random.default_rng(1)
    starts = [2, 2, 3, 3, 4, NEVER, NEVER, NEVER, NEVER, NEVER]
    return make_panel("abcdefghij", "uvwxyz", rng.standard_normal((10, 6)), starts)


def pooled(panel: Panel) -> float:
    """A regression that lost all its fixed effects."""
    treated = panel.is_treated()
    return float(panel.outcome[treated].mean() - panel.outcome[~treated].mean())


def before_after(panel: Panel) -> float:
    """One that lost its period effects."""
    treated, outcome = panel.is_treated(), panel.outcome[panel.treated]
    inside = treated[panel.treated]
    after = (outcome * inside).sum(axis=1) / inside.sum(axis=1)
    return float(np.mean(after - (outcome * ~inside).sum(axis=1) / (~inside).sum(axis=1)))


def backwards(panel: Panel) -> float:
    """A regression whose treatment is 1 where nobody is treated."""
    treated = 1.0 - panel.is_treated()
    within = treated - treated.mean(axis=1, keepdims=True)
    within = within - within.mean(axis=0)
    return float((within * panel.outcome).sum() / (within**2).sum())


def by_position(panel: Panel) -> float:
    """One that takes the first five units for treated, as a file's order had it."""
    at = panel.assigned(np.where(np.arange(10) < 5, 3, NEVER))
    gains = at.outcome[:, 3:].mean(axis=1) - at.outcome[:, :3].mean(axis=1)
    return float(gains[:5].mean() - gains[5:].mean())


def test_lost_fixed_effects_are_caught(load: ModuleType) -> None:
    laws = load.LAWS
    assert laws["units"] in load.broken_laws(pooled, panel())
    assert laws["periods"] in load.broken_laws(pooled, panel())
    assert load.broken_laws(before_after, panel()) == [laws["periods"]]


def test_treatments_coded_backwards_are_caught(load: ModuleType) -> None:
    assert load.broken_laws(backwards, panel()) == [load.LAWS["planted"]]


def test_treatments_by_position_are_caught(load: ModuleType) -> None:
    assert load.LAWS["order"] in load.broken_laws(by_position, panel())
    assert load.LAWS["planted"] in load.broken_laws(by_position, panel())
