"""Under which licence an installed package comes, as an SPDX expression, and which licences are allowed."""

import re
from importlib import metadata

# Of packages in wide use only: each lets us ship and link without taking anything over.
ALLOWED = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "PSF-2.0"}
)

# Packages that are not installed everywhere (their platforms only), or whose metadata do not say it.
KNOWN = {
    "axe-playwright-python": "MIT AND MPL-2.0",
    "colorama": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "three-commas": "GPL-3.0-only",
    "winloop": "MIT OR Apache-2.0",
}

# What packages write where an SPDX expression belongs, without its blanks and signs.
_SAID = {
    "apache20": "Apache-2.0",
    "apachelicense20": "Apache-2.0",
    "apachesoftwarelicense": "Apache-2.0",
    "bsd2clauselicense": "BSD-2-Clause",
    "bsdlicense": "BSD-3-Clause",
    "isclicense": "ISC",
    "isclicenseiscl": "ISC",
    "mitlicense": "MIT",
    "mozillapubliclicense20mpl20": "MPL-2.0",
    "pythonsoftwarefoundationlicense": "PSF-2.0",
} | {re.sub(r"\W", "", name.lower()): name for name in ALLOWED}


class LicenceUnknown(LookupError):
    """A package does not say its licence in words that are known."""


def licence(package: str) -> str:
    """The SPDX expression of a package's licence; several classifiers are a choice. Raises LicenceUnknown."""
    if package in KNOWN:
        return KNOWN[package]
    try:
        told = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        raise LicenceUnknown(f"{package} is not installed: name its licence in checks/licences.py") from None
    for expression in told.get_all("License-Expression") or ():
        return str(expression)
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or []]
    for said in (told.get_all("License") or [], classified):
        found = sorted(
            {_SAID[name] for name in (re.sub(r"\W", "", each.lower()) for each in said) if name in _SAID}
        )
        if found:
            return " OR ".join(found)
    raise LicenceUnknown(f"{package} does not say its licence: name it in checks/licences.py")


def names_in(expression: str) -> frozenset[str]:
    """The licences that an expression names."""
    return frozenset(re.findall(r"[A-Za-z0-9.+-]+", expression)) - {"AND", "OR", "WITH"}


def is_allowed(expression: str) -> bool:
    """Whether every licence that must be kept is allowed; of a choice one is enough."""
    parts = re.sub(r"[()]", "", expression).split(" AND ")
    return all(any(names_in(each) <= ALLOWED for each in part.split(" OR ")) for part in parts)
