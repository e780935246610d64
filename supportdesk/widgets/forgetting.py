"""Textual remembers what closed widgets have drawn, a megabyte for each ticket opened; here it learns to forget.

``StylesCache.get_inner_outer`` is cached with the widget's own cache as a part of the key (textual #6665, 8.2.8), so
that up to 1,024 closed widgets are kept alive, and looked through by each garbage collection.
"""

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style


@lru_cache(1024)
def _inner_outer(base_background: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=base_background + background), Style(background=base_background)


def forget_closed_widgets() -> None:
    """Cache the two colours by themselves, for all widgets together. Does nothing where Textual no longer does it."""
    if hasattr(getattr(StylesCache, "get_inner_outer", None), "cache_clear"):
        StylesCache.get_inner_outer = staticmethod(_inner_outer)  # type: ignore[method-assign, assignment]
