"""The dashboard's pages, one noun a file; each has its rows of (method, path, handler)."""
