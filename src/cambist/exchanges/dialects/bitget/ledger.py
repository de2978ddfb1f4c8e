"""Bitget's ledger: each wallet's own bills tell what changed it, and nothing is told by two.

A move between wallets is told at both its ends, each by its own, and adds up to nothing; where one end has
no history (bots), the other tells both. A call of unified accounts is not offered to a classic one, nor the
other way round: so each kind of account has its own sources, and what is not offered has nothing to tell.
"""

from cambist.exchanges.dialects.bitget.futures_bills import FUTURES
from cambist.exchanges.dialects.bitget.margin_records import MARGIN
from cambist.exchanges.dialects.bitget.moves import SAVINGS, SHARK_FINS, TRANSFERS
from cambist.exchanges.dialects.bitget.spot_bills import SPOT
from cambist.exchanges.dialects.bitget.unified_records import FUNDS, UNIFIED

LEDGER = (SPOT, UNIFIED, FUNDS, TRANSFERS, SAVINGS, SHARK_FINS, *MARGIN, *FUTURES)
