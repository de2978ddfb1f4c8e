"""What a user can ask: one verb, one file; ports.py is what these need from outside."""
