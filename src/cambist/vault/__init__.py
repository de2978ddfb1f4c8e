"""The only room that knows cryptography: envelope encryption, the master key, signatures, passwords."""
