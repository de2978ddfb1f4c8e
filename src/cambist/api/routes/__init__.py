"""The table of endpoints: method, path, permission, parameters, answer, and what answers."""

from cambist.api.routes.ours import OURS
from cambist.api.routes.reference import REFERENCE
from cambist.api.routes.telling import TELLING

ENDPOINTS = (*REFERENCE, *OURS, *TELLING)
