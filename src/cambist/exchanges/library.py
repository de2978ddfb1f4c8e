"""ccxt itself, imported when it is first needed."""

import importlib
from typing import Any


def ccxt_library() -> Any:
    """ccxt, imported when it is first needed: it takes half a second and 70 MB."""
    return importlib.import_module("ccxt.async_support")
