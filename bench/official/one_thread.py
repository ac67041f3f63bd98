"""Sets numeric libraries to one thread. Imported before they are."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"
