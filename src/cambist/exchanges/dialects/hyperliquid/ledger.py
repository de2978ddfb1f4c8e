"""The sources of Hyperliquid's ledger: fills, updates, and what is paid in time."""

from cambist.exchanges.dialects.hyperliquid import payments
from cambist.exchanges.dialects.hyperliquid.fills import FILLS
from cambist.exchanges.dialects.hyperliquid.updates import UPDATES

SOURCES = (FILLS, UPDATES, *payments.SOURCES)
