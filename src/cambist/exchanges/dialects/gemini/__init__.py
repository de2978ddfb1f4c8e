"""Gemini: what is known of it beyond ccxt."""
