"""The options by which a person gives an exchange's keys, and what they make; secrets best not as options."""

from pathlib import Path
from typing import Annotated

import typer

from cambist.cli.console import read_secret
from cambist.core.credentials import GivenKeys
from cambist.core.terms import Market

ApiKey = Annotated[str | None, typer.Option(help="The exchange's API key, its public half.")]
SecretText = Annotated[str | None, typer.Option("--secret", help="Its secret; better by file or prompt.")]
SecretFile = Annotated[Path | None, typer.Option(help="A file with the secret.")]
Passphrase = Annotated[str | None, typer.Option(help="Where the exchange needs one.")]
PassphraseFile = Annotated[Path | None, typer.Option(help="A file with the passphrase.")]
CustomerId = Annotated[
    str | None, typer.Option("--customer-id", "--uid", help="Where the exchange needs one.")
]
EgressName = Annotated[
    str | None, typer.Option(help="By which of CAMBIST_EGRESS the keys are used; 'default': by the first.")
]
Address = Annotated[str | None, typer.Option(help="Of the wallet, where the exchange goes by one.")]


def given_keys(
    market: Market,
    *,
    api_key: str | None,
    address: str | None,
    customer_id: str | None,
    secret: str | None,
    secret_file: Path | None,
    passphrase: str | None,
    passphrase_file: Path | None,
) -> GivenKeys:
    """The keys as given; a secret that the market needs is asked for. Raises SetupError."""
    return GivenKeys(
        api_key=api_key,
        secret=read_secret(
            "secret", secret, secret_file, "CAMBIST_SECRET", required="secret" in market.credentials
        ),
        passphrase=read_secret(
            "passphrase", passphrase, passphrase_file, "CAMBIST_PASSPHRASE", required=False
        ),
        customer_id=customer_id,
        address=address,
    )
