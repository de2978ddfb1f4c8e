"""Kraken as it is played: routes, signatures, nonces, counters, answers, errors."""
