"""The wire dialect over HTTP: routes, signatures, the Account entity, errors."""
