"""Coinbase's codes that are not what others call an asset."""

SPELLINGS = {
    "CGLD": "CELO",
    "ETH2": "ETH",  # what was staked before it could be unstaked; worth one ETH there
}
