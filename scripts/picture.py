"""Draw the picture of the console that the README shows: ``python scripts/picture.py`` writes docs/console.svg."""

import asyncio
import re
import tempfile
from concurrent.futures import Future
from pathlib import Path

from supportdesk.app import FIRST_ROWS, FIRST_VIEW, DeskApp
from supportdesk.config import Config
from supportdesk.desk import holding
from supportdesk.desk.demo import seeding
from supportdesk.desk.founding import make_desk
from supportdesk.desk.opening import Opening, first_page

PICTURE = Path(__file__).parents[1] / "docs" / "console.svg"
SIZE = (160, 40)
FONT_FACES = re.compile(r"@font-face\s*\{.*?\}\s*", re.S)
"""Textual's pictures fetch a font from the web; a picture in a repository should not."""


async def draw(url: str) -> str:
    config = Config(url, "alice", agent_is_guess=False, path=Path("none"), keys=Path("none"), timezone="Asia/Seoul")
    opening: Future[Opening] = Future()
    opening.set_result(first_page(url, "alice", FIRST_VIEW, FIRST_ROWS))
    app = DeskApp(config, opening)
    async with app.run_test(size=SIZE) as pilot:
        await app.opened()
        for key in ("j", "j", "j"):
            await pilot.press(key)
        for _ in range(20):
            await pilot.pause(0.1)
        return app.export_screenshot(title="supportdesk")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/desk.db"
        desk = make_desk(url, "Acme Support")
        seeding.seed(desk)
        holding.alive(desk, "worker", "desk")
        desk.close()
        picture = FONT_FACES.sub("", asyncio.run(draw(url))).replace("Fira Code", "ui-monospace, 'D2Coding', monospace")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
