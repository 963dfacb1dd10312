"""The kinds of arrays that the law is computed with; what their axes are, each docstring says."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Statuses = NDArray[np.int8]
"""Levels 0 … 3, or `UNKNOWN`."""
Words = NDArray[np.uint64]
"""Addresses, keys and counters of random numbers."""
