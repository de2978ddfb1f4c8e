"""Memory given back to the system when exchanges that nobody asks any more have been let go of."""

import ctypes
import gc
from datetime import timedelta

IDLE_AFTER = timedelta(minutes=15)
LOOK_EVERY_S = 60


def give_back_memory() -> None:
    """Collects what is left in cycles, and has the C library return free pages where it can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
