"""KuCoin: market rows, and how it is spoken to."""
