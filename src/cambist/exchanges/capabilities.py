"""What rows of the catalogue say alike of what the wire format calls capabilities."""

from dataclasses import replace

from cambist.core.terms import Capabilities

NO_DEPOSITS = Capabilities(deposit_enabled=False, fast_convert_available=False)
FUTURES = replace(NO_DEPOSITS, hedge_mode_available=True, smart_selling_supported=False)
