"""Hyperliquid's answers in their documented form, with numbers of our own: all at one path, told by body."""

from typing import Any

from cambist.core.terms import Credentials, Secret
from tests.exchanges.recordings import Recorded

ADDRESS = "0xAbCdEf0123456789aBcDeF0123456789AbCdEf01"
BY_ADDRESS = Credentials(ADDRESS, Secret(""))
PERPETUALS: dict[str, Any] = {
    "marginSummary": {
        "accountValue": "1250.75",
        "totalNtlPos": "0.0",
        "totalRawUsd": "1250.75",
        "totalMarginUsed": "0.0",
    },
    "crossMarginSummary": {
        "accountValue": "1250.75",
        "totalNtlPos": "0.0",
        "totalRawUsd": "1250.75",
        "totalMarginUsed": "0.0",
    },
    "crossMaintenanceMarginUsed": "0.0",
    "withdrawable": "1250.75",
    "assetPositions": [],
    "time": 1764617438643,
}
SPOT = {
    "balances": [
        {"coin": "USDC", "token": 0, "hold": "12.5", "total": "310.125", "entryNtl": "0.0"},
        {"coin": "UBTC", "token": 197, "hold": "0.0", "total": "0.01234567", "entryNtl": "700.5"},
        {"coin": "PURR", "token": 1, "hold": "0.0", "total": "0.0", "entryNtl": "0.0"},
    ]
}
STAKING = {
    "delegated": "120.25",
    "undelegated": "3.5",
    "totalPendingWithdrawal": "1.125",
    "nPendingWithdrawals": 1,
}
VAULTS = [
    {
        "vaultAddress": "0xdfc24b077bc1425ad1dea75bcb6f8158e10df303",
        "equity": "742.500082",
        "lockedUntilTimestamp": 1741132800000,
    },
    {
        "vaultAddress": "0x010461c14e146ac35fe42271bdc1134ee31c703a",
        "equity": "12.25",
        "lockedUntilTimestamp": 4102444800000,
    },
]
HYPERLIQUID = Recorded(
    {
        '"clearinghouseState"': PERPETUALS,
        '"spotClearinghouseState"': SPOT,
        '"userAbstraction"': "disabled",
        '"delegatorSummary"': STAKING,
        '"userVaultEquities"': VAULTS,
    },
    BY_ADDRESS,
)
RECORDINGS = {"hyperliquid": HYPERLIQUID}
