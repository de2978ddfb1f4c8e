"""Coinbase as it is played: Advanced, and what the API before it tells beside."""
