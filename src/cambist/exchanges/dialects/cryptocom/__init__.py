"""Crypto.com Exchange: what is known of it beyond ccxt."""
