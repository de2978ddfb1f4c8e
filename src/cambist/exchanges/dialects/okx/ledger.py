"""OKX's ledger: each account's own bills tell what changed it, and nothing is told by two.

A transfer between trading and funding is told at both its ends, each in its own wallet; one to earn or
staking by the funding account for both. Deposits and withdrawals are told by their own lists, since these
have the transactions; among the bills they are passed over. Conversions and orders in earn stand in the
bills, so their own lists are not read.
"""

from cambist.exchanges.dialects.okx.funding_bills import FUNDING
from cambist.exchanges.dialects.okx.trading_bills import TRADING

LEDGER = (TRADING, *FUNDING)
