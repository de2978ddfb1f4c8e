"""Bybit's ledger: each wallet's own history tells what changed that wallet, and nothing is told by two.

A transfer between wallets is told at both its ends, each in its own wallet. Deposits and withdrawals are told
by their own lists, since these have the transactions; in the funding wallet's history they are passed over.
Conversions, transfers and payments of earn stand in the wallets' histories, so their own lists are not read.
"""

from cambist.exchanges.dialects.bybit.earn_orders import EARN
from cambist.exchanges.dialects.bybit.moves import FUNDING
from cambist.exchanges.dialects.bybit.transaction_log import UNIFIED

LEDGER = (UNIFIED, *FUNDING, *EARN)
