import numpy as np
import pytest


@pytest.fixture
def raise_on_float_errors():
    """Overflow, division by zero and NaN raise while the test runs."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        yield
