import sys

import numpy as np
import pytest


@pytest.fixture
def raise_on_float_errors():
    """Overflow, division by zero and NaN raise while the test runs."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        yield


@pytest.fixture(autouse=True)
def forget_widgets():
    """A widget remembers what an earlier run of its cell has left; a test starts afresh."""
    panel = sys.modules.get("course.widgets.panel")
    if panel:
        panel._remembered.clear()
        panel._open.clear()
