"""The classifier: that it is at its best, what it starts from, and whether its chances hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.text_classes.classifier import compare, learn, tell
from groundplan.inference.text_classes.features import (
    COUNT,
    Writing,
    choose_tokens,
    count_tokens,
    find_tokens,
    weigh_tokens,
)
from groundplan.inference.text_classes.softmax import (
    calibrate,
    find_root,
    fit_softmax,
    to_chances,
)
from groundplan.inference.text_classes.verdicts import judge

WORDS = {
    0: "crash error broken wrong fails exception".split(),
    1: "add support allow new option feature".split(),
    2: "how question where help explain why".split(),
}
FILLER = "the parser of table row page list file build node tree cache index".split()


def draw(count: int, seed: int, telling: float = 0.5) -> tuple[list[Writing], np.ndarray]:
    """Texts of three classes; each word tells the class with a probability."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, count)
    texts = []
    for kind in label:
        words = [
            str(rng.choice(WORDS[int(kind)] if rng.random() < telling else FILLER))
            for _ in range(6)
        ]
        texts.append(Writing(" ".join(words)))
    return texts, label


def flat(count: int) -> np.ndarray:
    return np.full((count, 3), 1 / 3)


def test_softmax_is_at_the_best_place() -> None:
    """No small step improves the penalised loss, and predictions do not depend on the form."""
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(40, 6))
    label, offset = rng.integers(0, 3, 40), rng.normal(size=(40, 3))
    worth, ridge = rng.uniform(0.5, 2, 40), 0.7
    weights, intercept = fit_softmax(rows, label, offset, worth, ridge)

    def loss(weights: np.ndarray, intercept: np.ndarray) -> float:
        chances = to_chances(offset + rows @ weights + intercept)
        fit = -worth @ np.log(chances[np.arange(40), label])
        return float(fit + 0.5 * ridge * (weights**2).sum() + 0.005 * (intercept**2).sum())

    best = loss(weights, intercept)
    for seed in range(30):
        step = np.random.default_rng(seed)
        nudged = weights + 0.02 * step.normal(size=weights.shape)
        assert loss(nudged, intercept + 0.02 * step.normal(size=3)) > best


def test_a_root_stands_for_its_rows() -> None:
    """Fewer rows than columns: what is foretold is the same from rows and from their root."""
    rng = np.random.default_rng(11)
    rows, new = rng.normal(size=(20, 90)), rng.normal(size=(5, 90))
    label, flat_, worth = rng.integers(0, 3, 20), np.zeros((20, 3)), np.ones(20)
    weights, intercept = fit_softmax(rows, label, flat_, worth, 0.5)
    root = find_root(rows @ rows.T)
    short, same = fit_softmax(root, label, flat_, worth, 0.5)
    shares = np.linalg.solve(root.T, short)
    assert new @ rows.T @ shares == pytest.approx(new @ weights, abs=0.02)
    assert same == pytest.approx(intercept, abs=0.02)


def test_temperature_cools_what_is_too_sure() -> None:
    rng = np.random.default_rng(4)
    logits = rng.normal(size=(4_000, 3))
    label = np.array([rng.choice(3, p=row) for row in to_chances(logits)])
    for heat in (3.0, 0.5):
        found = calibrate(heat * logits, np.zeros_like(logits), label, np.ones(4_000))
        assert found.temperature == pytest.approx(heat, rel=0.1)
        assert found.intercept == pytest.approx(np.zeros(3), abs=0.2)


def test_a_rare_class_stays_rare_where_words_say_nothing() -> None:
    texts, _ = draw(400, seed=12, telling=0.0)
    label = (np.arange(400) % 10 == 0).astype(np.int64)
    even = np.full((400, 2), 0.5)
    learnt = learn(texts[:240], label[:240], even[:240], worth=np.where(label[:240] == 0, 5.0, 1.0))
    said = tell(learnt, texts[240:], even[240:])
    assert said[:, 1].mean() == pytest.approx(0.1 / (0.1 + 0.9 * 5), abs=0.02)


def test_words_that_tell_are_learnt_and_chances_hold() -> None:
    texts, label = draw(400, seed=5, telling=0.3)
    others, truth = draw(1_500, seed=6, telling=0.3)
    verdict = judge(tell(learn(texts, label, flat(400)), others, flat(1_500)), truth)
    assert verdict.macro_f1 > 0.8
    assert verdict.ece < 0.05


def test_without_telling_words_it_says_what_was_known_beforehand() -> None:
    texts, _ = draw(300, seed=7, telling=0.0)
    rng = np.random.default_rng(8)
    before = rng.dirichlet([1, 1, 1], 300)
    label = np.array([rng.choice(3, p=row) for row in before])
    learnt = learn(texts[:200], label[:200], before[:200])
    said = tell(learnt, texts[200:], before[200:])
    assert np.abs(said - before[200:]).mean() < 0.1


def test_labels_overrule_a_rule_that_is_wrong() -> None:
    texts = [Writing(f"tune job {nr}") for nr in range(20)]
    before = np.tile([0.9, 0.05, 0.05], (20, 1))
    said = tell(learn(texts, np.full(20, 2), before), [Writing("tune job again")], before[:1])
    assert said[0].argmax() == 2


def test_one_class_alone_and_one_text_alone_are_no_trouble() -> None:
    one = learn([Writing("fix it")], np.array([0]), flat(1))
    chances = tell(one, [Writing("fix it"), Writing("")], flat(2))
    assert np.isfinite(chances).all()
    assert chances[0, 0] > 1 / 3
    with pytest.raises(ValueError, match="nothing to learn"):
        learn([], np.array([], dtype=np.int64), flat(0))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=200)), min_size=1, max_size=6))
def test_any_text_has_chances_that_sum_to_one(pairs: list[tuple[str, str]]) -> None:
    texts = [Writing(title, body) for title, body in pairs]
    learnt = learn(texts, np.zeros(len(texts), dtype=np.int64), flat(len(texts)))
    chances = tell(learnt, texts, flat(len(texts)))
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()


def test_each_field_of_a_text_has_its_length() -> None:
    text = Writing("Fix the crash", "# Steps\n\n```\nraise Error\n```\nIt crashes?", ("sort code",))
    counts, field = count_tokens([text])
    known = choose_tokens(counts, field, least=1)
    rows = weigh_tokens(counts, known)
    for nr, (name, count) in enumerate(COUNT.items()):
        length = np.sqrt((rows.data[known.field[rows.indices] == nr] ** 2).sum())
        assert length == pytest.approx(count), name
    assert compare(rows, [""], rows, [""])[0, 0] == pytest.approx(1)
    assert compare(rows, ["a"], rows, ["b"])[0, 0] == pytest.approx(0.5)


def test_a_body_is_taken_apart() -> None:
    body = "<!-- a hint -->\n### Steps to reproduce\n\nsee https://example.com/x\n```\nboom()\n```\nWhy?"
    found = list(find_tokens(Writing("", body)))
    assert ("line", "steps to reproduce") in found
    assert ("code", "boom") in found
    assert ("body", "thelink") in found
    assert ("shape", "asks 1") in found
    assert not any("hint" in token for _, token in found)


def test_a_verdict_counts_by_hand() -> None:
    chances = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    verdict = judge(chances, np.array([0, 1, 1, 0]))
    assert verdict.accuracy.value == pytest.approx(0.75)  # type: ignore[union-attr]
    assert verdict.f1 == pytest.approx((0.8, 2 / 3))
    assert verdict.ece == pytest.approx((0.1 + 0.6 + 0.2 + 0.3) / 4)
    assert verdict.brier == pytest.approx(2 * (0.01 + 0.36 + 0.04 + 0.09) / 4)
