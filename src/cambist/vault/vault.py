"""The vault as actions see it: one object over envelope, signatures and passwords."""

from hashlib import sha256

from cambist.core.terms import Secret
from cambist.vault import passwords, signatures
from cambist.vault.envelope import Envelope, Find, nowhere
from cambist.vault.master_key import MasterKey


class Vault(Envelope):
    """Fits the port of the same name; what needs no master key is a function of its own room."""

    def __init__(self, master: MasterKey, find: Find = nowhere) -> None:
        super().__init__(master, find)
        self._passwords = passwords.PasswordQueue()

    hmac_matches = staticmethod(signatures.hmac_matches)
    new_webhook_secret = staticmethod(signatures.new_webhook_secret)
    webhook_signature = staticmethod(signatures.webhook_signature)
    public_key_matches = staticmethod(signatures.public_key_matches)
    refuse_slowly = staticmethod(signatures.refuse_slowly)
    checked_rsa_public_key = staticmethod(signatures.checked_rsa_public_key)
    checked_ed25519_public_key = staticmethod(signatures.checked_ed25519_public_key)
    is_outdated = staticmethod(passwords.is_outdated)

    async def hash_password(self, password: Secret) -> str:
        return await self._passwords.run(lambda: passwords.hash_password(password))

    async def password_matches(self, password: Secret, hashed: str | None) -> bool:
        return await self._passwords.run(lambda: passwords.password_matches(password, hashed))

    @staticmethod
    def fingerprint(token: Secret) -> bytes:
        return sha256(token.reveal().encode()).digest()
