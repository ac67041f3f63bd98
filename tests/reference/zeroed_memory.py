"""Makes the official library's training deterministic.

With `thread=1` the library fills only the first tenth of a new input matrix with random numbers
(`densematrix.cc`, `DenseMatrix::uniform`) and leaves the rest as the allocator gave it (`aligned.h`): left-overs of
earlier work, so that training differs from run to run or stops with "Encountered NaN". glibc fills what it allocates
with zeros when `MALLOC_PERTURB_` is 255; it reads the variable once, when a process starts.
"""

import os
import sys

VARIABLE = "MALLOC_PERTURB_"


def require():
    """Starts the running script again with zeroed memory, unless it has it. Call it first, with glibc (Linux)."""
    if os.environ.get(VARIABLE) != "255":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, VARIABLE: "255"})
