"""What allauth asks about passkeys: for which house they are, what her device calls them, how seeds are kept."""

from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.models import AbstractBaseUser

from sayso.deployment import env
from sayso.identity import keys, queries

SEEDS = "recovery-codes"  # the key, in the store apart from the data, that seeds are sealed under


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Passkeys for the address the pages stand at, and seeds nobody reads in a copy of the data."""

    def encrypt(self, text: str) -> str:
        """Seal what recovery codes are made from."""
        return keys.seal(SEEDS, text.encode()).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Read what `encrypt` wrote."""
        return keys.unseal(SEEDS, bytes.fromhex(encrypted_text)).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the house: its host as declared, whatever a request says."""
        host = urlsplit(env.text("SAYSO_WEB_ADDRESS")).hostname or "localhost"
        return {"id": host, "name": host}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, bytes | str]:
        """Name the account the way she knows it; the name goes to her own device and nowhere else."""
        address = queries.address_of_person(user.pk)
        return {
            **super().get_public_key_credential_user_entity(user),
            "name": address,
            "display_name": address,
        }
