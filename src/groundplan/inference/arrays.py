"""The array types that estimators speak, and their few checks."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Anything: TypeAlias = npt.NDArray[Any]


def finite(values: npt.ArrayLike) -> Floats:
    """The values that are numbers: masked, NaN and infinite ones are left out."""
    if isinstance(values, np.ma.MaskedArray):
        values = values.compressed()
    array: Floats = np.asarray(values, dtype=np.float64)
    return array[np.isfinite(array)]


def all_finite(values: npt.ArrayLike) -> Floats:
    """The values, every one of which must be a number.

    Raises ValueError otherwise: positions carry meaning here (weeks, clusters), so none can go.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise ValueError("a value is missing")
    array: Floats = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("a value is not a finite number")
    return array
