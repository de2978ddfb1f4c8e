"""The one way out: where a request may go, and how large and how slow its answer may be."""
