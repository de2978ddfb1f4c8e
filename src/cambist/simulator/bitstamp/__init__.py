"""Bitstamp as it is played: what it tells without a key."""
