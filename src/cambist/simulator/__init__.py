"""Exchanges on loopback that speak the real protocols, faults included, for the demo and for tests."""
