"""What a browser is called, out of the line by which it names itself."""

from collections.abc import Mapping

# {what stands in the line: the name}; the first that fits decides, for browsers name others too.
_BROWSERS: Mapping[str, str] = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Mapping[str, str] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def browser_name(agent: str) -> str:
    """ "Firefox on Linux"; the line's start where it is not one of these."""
    browser, system = _found(_BROWSERS, agent), _found(_SYSTEMS, agent)
    if browser is None:
        return agent[:40] or "unknown browser"
    return browser if system is None else f"{browser} on {system}"


def _found(names: Mapping[str, str], agent: str) -> str | None:
    return next((name for mark, name in names.items() if mark in agent), None)
