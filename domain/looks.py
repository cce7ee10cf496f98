"""Colours an employer may choose: white text on them must stay readable (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from typing import Final

ENOUGH: Final = 4.5


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb`, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(accent: str) -> bool:
    """True when white text on the colour meets AA."""
    return contrast(accent, "#ffffff") >= ENOUGH


def readable(accent: str) -> str:
    """The colour itself, or the nearest darker one of the same hue on which white text is readable."""
    channels = [int(accent[i : i + 2], 16) for i in (1, 3, 5)]
    for percent in range(100, -1, -1):
        darker = "#" + "".join(f"{channel * percent // 100:02x}" for channel in channels)
        if is_readable(darker):
            return darker
    return "#000000"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
