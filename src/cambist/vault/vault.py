"""The vault as actions see it: one object over envelope, signatures and passwords."""

from cambist.vault import passwords, signatures
from cambist.vault.envelope import Envelope


class Vault(Envelope):
    """Fits the port of the same name; what needs no master key is a function of its own room."""

    hmac_matches = staticmethod(signatures.hmac_matches)
    public_key_matches = staticmethod(signatures.public_key_matches)
    refuse_slowly = staticmethod(signatures.refuse_slowly)
    checked_rsa_public_key = staticmethod(signatures.checked_rsa_public_key)
    checked_ed25519_public_key = staticmethod(signatures.checked_ed25519_public_key)
    hash_password = staticmethod(passwords.hash_password)
    password_matches = staticmethod(passwords.password_matches)
