"""What the case families of several lessons draw.

| function          | gives                                                                 |
|-------------------|-----------------------------------------------------------------------|
| `away_from_zero`  | numbers of either sign that are not small                             |
| `different_sizes` | sizes that all differ                                                 |
| `untapped`        | the `tap` of a forward function whose intermediates nobody asks for   |
"""

from typing import Any

import numpy as np


def away_from_zero(
    rng: np.random.Generator, low: float, high: float, size: Any = None
) -> np.ndarray | float:
    """Return numbers of either sign whose size is between low and high; one without `size`."""
    values = rng.uniform(low, high, size) * rng.choice([-1.0, 1.0], size)
    return values if size is not None else float(values)


def different_sizes(rng: np.random.Generator, count: int) -> list[int]:
    """Return `count` different sizes from 2 up, so that no transpose goes unnoticed."""
    return rng.permutation(np.arange(2, 2 + count)).tolist()


def untapped(name: str, value: Any) -> Any:
    """Let an intermediate quantity pass as it is."""
    return value
