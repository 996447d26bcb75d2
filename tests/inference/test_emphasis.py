"""Topics through documents: what is counted, and how sure a silence is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from groundplan.inference.emphasis import chance_of_silence, follow_topics
from groundplan.inference.repeats import find_repeats


@pytest.mark.parametrize(("documents", "named", "silent"), [(7, 4, 3), (6, 2, 1), (5, 5, 0)])
def test_silence_is_exact(documents: int, named: int, silent: int) -> None:
    ways = list(combinations(range(documents), named))
    last = [max(way) <= documents - 1 - silent for way in ways]
    assert chance_of_silence(documents, named, silent) == pytest.approx(np.mean(last))


def test_nothing_falls_silent_more_often_than_it_says() -> None:
    rng, fell, topics = np.random.default_rng(10), 0, 0
    for _ in range(60):
        texts = [
            " ".join(f"topic{chr(97 + nr)}" for nr in range(20) if rng.random() < 0.6)
            for _ in range(10)
        ]
        found = follow_topics(texts)
        topics += len(found)
        fell += sum(topic.fell_silent for topic in found)
    assert topics > 500
    assert fell / topics < 0.05


def test_a_topic_is_followed_and_its_silence_told() -> None:
    texts = ["We bet on search quality. Growth in Asia."] * 5
    texts += ["We bet on search quality and on cost."] * 4
    topics = {topic.name: topic for topic in follow_topics(texts, ["Grow in Asia: growth"])}
    assert topics["search quality"].mentions == (1,) * 9
    assert topics["search quality"].silent == 0
    assert not topics["search quality"].fell_silent
    assert topics["asia"].silent == 4
    assert topics["asia"].fell_silent
    assert topics["Grow in Asia: growth"].mentions == (1,) * 5 + (0,) * 4
    assert topics["asia"].per_thousand[0] == pytest.approx(1000 / 8)


def test_two_documents_are_too_few_to_follow() -> None:
    assert follow_topics(["Search quality", "Search quality"]) == []
    assert follow_topics([]) == []


def test_support_on_one_topic_is_one_group() -> None:
    titles = [
        "Tune the nightly export job for Acme",
        "Nightly export job is slow again",
        "How do I rotate an access key?",
        "Please tune the nightly export job",
        "Screen stays black after an update",
        "Rotate the access key of staging",
    ]
    found = find_repeats(titles)
    assert [one.rows for one in found] == [(0, 1, 3)]
    assert {"job", "export"} <= set(found[0].words)
    assert find_repeats(titles, least=2)[1].rows == (2, 5)


def test_one_shared_word_makes_no_group() -> None:
    assert find_repeats(["Fix login", "Fix colours", "Fix printing"]) == []
    assert find_repeats(["", "", ""]) == []
    assert find_repeats([]) == []
