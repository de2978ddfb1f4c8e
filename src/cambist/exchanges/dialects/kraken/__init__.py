"""Kraken and Kraken Futures: market rows, and how it is spoken to."""
