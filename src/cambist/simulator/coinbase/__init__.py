"""Coinbase as it is played: what its Advanced API tells without a key."""
