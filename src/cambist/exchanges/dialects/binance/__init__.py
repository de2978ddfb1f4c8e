"""Binance and Binance US: market rows, and how it is spoken to."""
