"""Tests of the room vault."""
