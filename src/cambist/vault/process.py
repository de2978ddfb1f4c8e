"""Keep what this process holds in memory from being written out or read by others."""

import ctypes
import os
import resource
import sys

from cambist.core.errors import SetupError

_PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """No core dumps; on Linux nor may other programs of the same user look into this process.

    With PR_SET_DUMPABLE 0 its memory, environment and open files belong to root in /proc, and a debugger of
    the same user cannot attach. It protects neither from root, from a kernel's crash dump, from swap or
    hibernation (encrypt them), nor from whoever can change the program itself. Raises SetupError.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
            told = os.strerror(ctypes.get_errno())
            raise SetupError(f"The system does not keep this process's memory private: {told}.")
