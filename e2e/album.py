"""Pictures for the help pages: taken on a journey, packed small, and looked at so that none is blank."""

import base64
import os
from pathlib import Path

from e2e.conftest import ContextMaker
from scripts import dev

KEPT = dev.ROOT / "assets" / "help"
"""Where the help pages find them; ``make pictures`` puts them there."""
FOLDER = Path(os.environ.get("PICTURES_TO") or dev.VAR / "help")
MOST_BYTES = 60_000
FEWEST_COLOURS = 12
WITHOUT_FOCUS = (
    ":focus, :focus-visible, :has(:focus-visible) { outline: none !important; box-shadow: none !important; }"
)
PACK = """async ([png, most]) => {
    const picture = new Image()
    picture.src = `data:image/png;base64,${png}`
    await picture.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height })
    const drawn = canvas.getContext('2d')
    drawn.drawImage(picture, 0, 0)
    const [colours, { data }] = [new Set(), drawn.getImageData(0, 0, picture.width, picture.height)]
    for (let at = 0; at < data.length; at += 4 * 97) colours.add(data.slice(at, at + 3).join())
    const packed = [0.8, 0.6, 0.45, 0.3].map(quality => canvas.toDataURL('image/webp', quality).split(',')[1])
    return [packed.find(one => one.length * 3 / 4 <= most) ?? packed.at(-1), colours.size]
}"""


class Album:
    """Takes pictures of pages and keeps them in ``FOLDER``, the same each time but for names and days."""

    def __init__(self, new_context: ContextMaker, *, width: int, height: int) -> None:
        self.page = new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", bypass_csp=True
        ).new_page()
        self._packer = new_context().new_page()
        self.taken: list[str] = []

    def take(self, name: str, *, under: str = "") -> None:
        """Keep what the window shows; with ``under`` it begins at that element instead of the page's top."""
        page = self.page
        if under:
            page.locator(under).first.evaluate(
                "here => scrollTo(0, here.getBoundingClientRect().top + scrollY - 4)"
            )
        else:
            page.evaluate("scrollTo(0, 0)")
        png = page.screenshot(animations="disabled", caret="hide", style=WITHOUT_FOCUS)
        packed, colours = self._packer.evaluate(PACK, [base64.b64encode(png).decode(), MOST_BYTES])
        picture = base64.b64decode(packed)
        assert colours >= FEWEST_COLOURS, f"{name} is blank"
        assert len(picture) <= MOST_BYTES, f"{name} has {len(picture)} bytes"
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.webp").write_bytes(picture)
        self.taken.append(name)
