"""A wallet is counted once: it is named by exchange, uid and its own name, whatever account covers it."""

from collections.abc import Collection, Sequence

from cambist.core.errors import InvalidInput


def check_counted_once(wallets: Collection[str], others: Sequence[Collection[str]]) -> None:
    """Raises InvalidInput where an account of these wallets would count one a second time.

    others: what each further account of the same exchange account covers. One that covers a part of these
    wallets and nothing else is let be: the summary counts the whole and leaves the part out.
    """
    mine = set(wallets)
    if others and mine <= set().union(*others):
        raise InvalidInput({"api_key": ["This account is already connected!"]})
    twice = {wallet for other in others if not set(other) <= mine for wallet in mine & set(other)}
    if twice:
        raise InvalidInput({"wallets": [f"are connected already: {', '.join(sorted(twice))}"]})
