"""Proofs about the repository itself, beside its tests: what the Makefile's check, bite and release run."""
