"""Binance as it is played: routes, signatures, weights, answers, error bodies."""
