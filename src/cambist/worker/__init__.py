"""The worker: finds what is due and has it done in the background."""
