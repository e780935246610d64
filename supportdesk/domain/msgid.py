"""Marking sentences for translation where the domain only names them; whoever shows one translates it."""


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark ``message`` for translation."""
    return message
