"""`python -m autograder` is the command line `backprop`."""

import sys

from autograder.cli import main

sys.exit(main())
