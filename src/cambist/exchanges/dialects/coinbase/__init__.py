"""Coinbase: market rows, and how its Advanced API and its Exchange are spoken to."""
