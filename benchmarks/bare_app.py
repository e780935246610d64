"""The least a Textual program can be that shows a list: what the console's first row is compared with."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class BareApp(App[None]):
    """40 rows of 6 columns."""

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("Due", "Priority", "Channel", "Customer", "Subject", "Owner")
        for n in range(40):
            table.add_row("00:18", "normal", "mail", "김민수 VIP", f"{sys.argv[1]} {n} 환불이 아직 안 됐어요", "alice")


if __name__ == "__main__":
    BareApp().run()
