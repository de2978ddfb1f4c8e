"""HTX (Huobi): what is known of it beyond ccxt."""
