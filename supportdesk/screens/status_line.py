"""The first line on the screens above the queue: they say what the queue's own line says."""

import dataclasses
from datetime import datetime

from supportdesk.keymap import is_typed_into
from supportdesk.screens.desk_screen import DeskScreen, Result
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.status_bar import StatusBar

EVERY = 1.0


class StatusLine(DeskScreen[Result]):
    """Mix-in for screens with a ``StatusBar`` of their own."""

    def follow_status(self) -> None:
        """From now on the line is kept up to date."""
        self._copy_status()
        self.set_interval(EVERY, self._copy_status)

    def local_now(self) -> datetime:
        """The desk's clock as this agent reads it."""
        return self.console.now().astimezone(self.console.tz)

    def refresh_footer(self) -> None:
        """As everywhere; but where text is typed only what its own keys do."""
        contexts = {str(getattr(node, "CONTEXT", "")) for node in self.key_chain()}
        if not any(map(is_typed_into, contexts)):
            super().refresh_footer()
            return
        live = {id: action for id, action in self.live_actions().items() if contexts.intersection(action.contexts)}
        for footer in self.query(Footer):
            footer.show(live, self.console.keymap)

    def _copy_status(self) -> None:
        bars = [bar for screen in self.app.screen_stack for bar in screen.query(StatusBar)]
        for bar in self.query(StatusBar):
            if bars and bars[0] is not bar:
                bar.show(**dataclasses.asdict(bars[0].status))
