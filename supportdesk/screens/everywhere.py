"""The verbs that work on every screen: to a view, to another screen, to the command line, to the help, out."""

from textual.app import App

from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.i18n import N_, _
from supportdesk.screens.desk_screen import DeskScreen
from supportdesk.screens.queue import QueueScreen
from supportdesk.screens.queue_pages import Listing
from supportdesk.screens.verbs import TicketVerbs, ticket_number
from supportdesk.widgets.keys import Keyed


class Everywhere(App[int]):
    """Mix-in of the app."""

    @property
    def queue(self) -> QueueScreen:
        """The home screen, at the bottom of the stack."""
        return next(screen for screen in self.screen_stack if isinstance(screen, QueueScreen))

    def leave(self) -> None:
        """Out, without a question: every draft is saved."""
        self.exit(0)

    def home(self) -> QueueScreen:
        """Back to the queue; screens above it close as they do with the back key."""
        queue = self.queue
        while self.screen is not queue:
            self.pop_screen()
        return queue

    def go_to(self, key: str) -> None:
        """To a view of the queue, the outbox or the quarantine."""
        if key == "outbox":
            self.action_outbox()
        elif key == "quarantine":
            self.action_quarantine()
        else:
            queue = self.home()
            view = next((view for view in queue.views if view.key == key), None)
            if view is None:
                queue.tell_error(Invalid(N_("There is no view {key}."), key=key))
            else:
                queue.show_listing(Listing(view))

    def action_mine(self) -> None:
        self.go_to("mine")

    def action_unassigned(self) -> None:
        self.go_to("unassigned")

    def action_open_tickets(self) -> None:
        self.go_to("open")

    def action_due(self) -> None:
        self.go_to("due")

    def action_snoozed(self) -> None:
        self.go_to("snoozed")

    def action_outbox(self) -> None:
        from supportdesk.screens.outbox import OutboxScreen

        self.home()
        self.push_screen(OutboxScreen())

    def action_quarantine(self) -> None:
        from supportdesk.screens.quarantine import QuarantineScreen

        self.home()
        self.push_screen(QuarantineScreen())

    def action_customers(self) -> None:
        from supportdesk.screens.customers import CustomersScreen

        self.push_screen(CustomersScreen())

    async def action_new(self) -> None:
        from supportdesk.screens.new_ticket import NewTicketScreen

        await self.push_screen(NewTicketScreen())

    async def action_search(self) -> None:
        from supportdesk.screens.search import SearchScreen

        await self.push_screen(SearchScreen())

    async def action_view(self) -> None:
        from supportdesk.screens.prompts import Choice, Prompt

        views = self.queue.views
        choices = [Choice(view.key, _(view.name) if view.builtin else view.name, view.query) for view in views]
        await self.push_screen(Prompt(_("Go to view"), choices=choices), self._go_to_chosen)

    async def action_theme(self) -> None:
        from supportdesk.screens.prompts import Choice, Prompt

        choices = [Choice(name, name) for name in self.available_themes]
        await self.push_screen(Prompt(_("Theme"), choices=choices), self._use_theme)

    async def action_help(self) -> None:
        from supportdesk.screens.help import HelpScreen

        if isinstance(self.screen, Keyed):
            await self.push_screen(HelpScreen(self.screen.live_actions()))

    async def action_command(self) -> None:
        await self._ask_command(everything=False)

    async def action_palette(self) -> None:
        await self._ask_command(everything=True)

    def action_reload(self) -> None:
        self.queue.list.again()
        self.screen.refresh(layout=True)

    async def action_quit(self) -> None:
        self.leave()

    def _go_to_chosen(self, key: str | None) -> None:
        if key is not None:
            self.go_to(key)

    def _use_theme(self, name: str | None) -> None:
        if name is not None:
            self.theme = name

    async def _ask_command(self, *, everything: bool) -> None:
        from supportdesk.screens.command_line import command_prompt

        screen = self.screen
        if isinstance(screen, DeskScreen):
            prompt = command_prompt(screen, everything=everything)
            await self.push_screen(prompt, lambda text: self._command(screen, text))

    def _command(self, screen: DeskScreen[object], text: str | None) -> None:
        if text:
            self.run_worker(self.run_command(screen, text), exit_on_error=False)

    async def run_command(self, screen: DeskScreen[object], text: str) -> None:
        """A verb's word with its argument, or a ticket number."""
        from supportdesk.screens.command_line import found_action

        word, _space, argument = text.strip().partition(" ")
        try:
            if word.removeprefix("#").isdecimal():
                await self.queue.open_ticket(ticket_number(word))
            elif word in ("narrow", "sort") and argument:
                (self.queue.narrow if word == "narrow" else self.queue.sort_by)(argument)
            elif argument and isinstance(screen, TicketVerbs) and screen.takes_argument(word):
                screen.apply(screen.change(word, argument.strip()))
            elif not await screen.run_verb(found_action(screen, word)):
                screen.tell(_("That does not work here."))
        except DeskError as error:
            screen.tell_error(error)
