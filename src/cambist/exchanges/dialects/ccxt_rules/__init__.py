"""Any exchange that has no folder of its own: by ccxt's own readers, behind our checks."""
