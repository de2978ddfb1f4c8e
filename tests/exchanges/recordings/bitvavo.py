"""Bitvavo's answers in their documented form, with numbers of our own."""

from tests.exchanges.recordings import Recorded

BALANCE = [
    {"symbol": "EUR", "available": "498.75", "inOrder": "1.25"},
    {"symbol": "BTC", "available": "0.01234567", "inOrder": "0"},
]
STAKED = [{"symbol": "ETH", "amount": "2.5"}, {"symbol": "ADA", "amount": "100.000001"}]
BITVAVO = Recorded({"/v2/balance": BALANCE, "/v2/stakingBalance": STAKED})
RECORDINGS = {"bitvavo": BITVAVO}
