"""Cambist: your exchange accounts on your own machine, exact to the last digit."""

__version__ = "0.1.0"
