"""How other people's outcomes compare with their estimates: published figures, no rows.

From evidence/promises/result.json; a test holds that they agree.
"""

from __future__ import annotations

from typing import Final

import numpy as np

# log(actual / estimate) at even quantiles, every person weighing the same
ATOMS: Final = np.array(
    [
        -2.639, -1.627, -1.386, -1.091, -0.827, -0.693, -0.693, -0.511, -0.405, -0.288, -0.182,
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.069, 0.194, 0.288, 0.405, 0.539,
        0.693, 0.887, 1.173, 1.696,
    ]
)  # fmt: skip
SPREAD: Final = float(np.subtract(*np.quantile(ATOMS, [0.75, 0.25])))  # between the quartiles

# each person's median of |log(actual / estimate)|, sorted
PEOPLE_MEDIAN_ERRORS: Final = (
    0.0, 0.0, 0.15, 0.18, 0.22, 0.22, 0.29, 0.29, 0.34, 0.34, 0.4, 0.41, 0.45, 0.45, 0.6, 0.66,
    0.68,
)  # fmt: skip
