"""A short run of evidence/interval_coverage: the published coverage is what the code has."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from scipy import stats

from groundplan.signals.catalogue import discover

FOLDER = Path(__file__).parents[2] / "evidence" / "interval_coverage"
RESULT = json.loads((FOLDER / "result.json").read_text())["signals"]
SIGNALS = {signal.name: signal for signal in discover()}
RUNS = 120


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_study", FOLDER / "study.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["coverage_study"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SIGNALS)
def test_published_coverage_is_near_its_level(name: str) -> None:
    badge = RESULT[name]
    assert 0.87 <= badge["covered"] <= 0.94, badge["covered"]
    assert badge["runs"] >= 1000


@pytest.mark.parametrize("name", SIGNALS)
def test_a_short_run_agrees_with_the_published_one(name: str, study: ModuleType) -> None:
    published = RESULT[name]["worlds"][0]
    world = study.WORLDS[name][0]
    told = study.measure(SIGNALS[name], world, published["weeks"], RUNS)
    hits = round(told["covered"] * told["runs"])
    chance = stats.binomtest(hits, told["runs"], published["covered"]).pvalue
    assert chance > 1e-4, (told["covered"], published["covered"])


def test_sentences_about_nothing_are_rare() -> None:
    worlds = [w for badge in RESULT.values() for w in badge["worlds"] if "false_news" in w]
    assert max(w["false_news"] for w in worlds) <= 0.01
