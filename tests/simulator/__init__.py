"""Tests of the simulator: over a real loopback socket, with a scripted clock."""
