"""Bybit v5 as it is played: routes, signatures, envelopes, answers, errors."""
