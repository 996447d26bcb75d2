"""The case runner's comparison must be able to fail."""

from __future__ import annotations

import pytest
from case_matching import mismatches


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {}),
        ({"a": None}, {}),
        ([1, 2], (1, 2, 3)),
        (True, 1),
        (0.1, 0.1000001),
        ({"$each": [{"a": 1}]}, [{"a": 2}, {"b": 1}]),
        ({"$none": [{"a": 1}]}, [{"a": 1, "b": 2}]),
        ({"$near": [1.0, 0.1]}, 1.2),
        ({"$has": "x"}, "abc"),
        ({"$type": "Unknown"}, 0),
        ({"$length": 1}, []),
    ],
)
def test_the_runner_sees_a_difference(expected: object, actual: object) -> None:
    assert list(mismatches(expected, actual))
