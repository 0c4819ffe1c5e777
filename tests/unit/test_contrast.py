"""Every pair of colours that meets on a page, light and dark, by WCAG 2.2's formula, from the token file itself."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "assets" / "tokens.css").read_text("utf-8")
GROUNDS = ("bg", "surface", "sunken")
SOFT = ("soft", "danger-soft", "warn-soft", "info-soft", "ok-soft")

BODY = [("ink", ground) for ground in (*GROUNDS, *SOFT)]
TEXT = [
    *(("muted", ground) for ground in (*GROUNDS, "soft")),
    *((colour, ground) for colour in ("primary", "primary-strong") for ground in (*GROUNDS, *SOFT)),
    *((colour, ground) for colour in ("danger", "danger-strong") for ground in (*GROUNDS, "danger-soft")),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-danger", "danger"),
    ("on-danger", "danger-strong"),
    ("ok", "ok-soft"),
    ("bg", "ink"),
]
SHAPES = [
    *(("line", ground) for ground in (*GROUNDS, "soft")),
    ("warn", "warn-soft"),
    ("info", "info-soft"),
    ("ok", "bg"),
    ("warn", "bg"),
    *(("focus-edge", ground) for ground in (*GROUNDS, *SOFT)),  # the outer ring is what changes on the page
]


def palettes() -> dict[str, dict[str, str]]:
    light, dark = re.split(r"@media \(prefers-color-scheme: dark\)", TOKENS)
    return {"light": colours_in(light), "dark": colours_in(light) | colours_in(dark)}


def colours_in(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast__is_the_known_value() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(
    ("least", "pairs"), [(7, BODY), (4.5, TEXT), (3, SHAPES)], ids=["body", "text", "shapes"]
)
def test_tokens__reach_the_contrast__of_their_use(
    palette: str, least: float, pairs: list[tuple[str, str]]
) -> None:
    colours = palettes()[palette]
    too_weak = {
        pair: round(found, 2)
        for pair in pairs
        if (found := contrast(colours[pair[0]], colours[pair[1]])) < least
    }
    assert not too_weak


def test_accent__is_never_the_colour_of_text() -> None:
    css = "".join(file.read_text("utf-8") for file in (Path(__file__).parents[2] / "assets").glob("*.css"))
    assert not re.search(r"[^-]color:\s*var\(--accent\)", css)
