"""Chooses how the classifier reads texts, on training texts alone.

    GROUNDPLAN_DATA=... python evidence/alignment/tune.py

Five folds within the training half of NLBSE 2024 and within Amit and Feitelson's
commits; neither the official test half nor Levin and Yehudai's commits is read. Prints a table.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from labelled_texts import Labelled, read_fixes, read_issues

from groundplan.inference.text_classes import features
from groundplan.inference.text_classes.classifier import compare, foretell_unseen
from groundplan.inference.text_classes.features import (
    choose_tokens,
    count_tokens,
    weigh_tokens,
)
from groundplan.inference.text_classes.softmax import calibrate, find_root, to_chances
from groundplan.inference.text_classes.verdicts import Verdict, judge

RIDGES = (0.01, 0.1, 1.0)


def score(labelled: Labelled, kinds: int, ridge: float) -> Verdict:
    """The verdict on texts that were not learnt from."""
    label = np.array(labelled.label)
    counts, field = count_tokens(labelled.texts)
    rows = weigh_tokens(counts, choose_tokens(counts, field))
    place = [text.place for text in labelled.texts]
    root = find_root(compare(rows, place, rows, place))
    flat, worth = np.zeros((len(label), kinds)), np.ones(len(label))
    logits = foretell_unseen(root, label, flat, worth, ridge)
    found = calibrate(logits, flat, label, worth)
    return judge(to_chances(logits / found.temperature + found.intercept), label)


def main() -> None:
    issues, fixes = read_issues(test=False), read_fixes()
    usual = features.COUNT
    variants = {"as shipped": usual}
    for field, value in itertools.product(usual, (0.0, 1.5)):
        variants[f"{field} {value}"] = {**usual, field: value * usual[field]}
    for name, count in variants.items():
        features.COUNT = count  # type: ignore[misc]
        for ridge in RIDGES if name == "as shipped" else (0.01,):
            one, two = score(issues, 3, ridge), score(fixes, 2, ridge)
            print(
                f"{name:14} ridge {ridge:5} issues F1 {one.macro_f1:.4f} loss {one.log_loss:.3f} "
                f"fixes {two.accuracy} loss {two.log_loss:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
