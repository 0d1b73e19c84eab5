"""Frequencies, channels and bands (IEEE 802.11-2020, annex E; 6 GHz: IEEE 802.11ax-2021, 27.3.23.2)."""

_ALONE: dict[int, tuple[int, str]] = {2484: (14, "2.4"), 5935: (2, "6")}
"""Channel 14 (Japan), and channel 2 at 6 GHz (operating class 136)."""

_RANGES = ((2412, 2472, 2407, "2.4"), (4910, 4980, 4000, "5"), (5160, 5885, 5000, "5"), (5955, 7115, 5950, "6"))
"""First and last centre in MHz, centre of a channel 0, band. A channel is 5 MHz; 4.9 GHz is Japan's."""

SHARED_WITH_6 = frozenset({1, 2, 5, 9, 13, *range(149, 178, 4)})
"""Channel numbers that 6 GHz has, too (1, 5, 9 ... 233, and 2): without a frequency they do not tell the band."""


def of_frequency(megahertz: int) -> tuple[int | None, str | None]:
    """Channel and band of a primary channel's centre, in MHz; null where no home's channel has it."""
    if megahertz in _ALONE:
        return _ALONE[megahertz]
    for first, last, zero, band in _RANGES:
        if first <= megahertz <= last and (megahertz - zero) % 5 == 0:
            return (megahertz - zero) // 5, band
    return None, None


def band_of(channel: int) -> str | None:
    """The band of a channel number that is known not to be at 6 GHz."""
    if 1 <= channel <= 14:
        return "2.4"
    return "5" if 32 <= channel <= 196 else None


def fits(channel: int, band: str | None) -> bool:
    """Whether a channel of that number exists in `band`; in an unknown one, whether it exists at all."""
    if band == "6":
        return channel == 2 or (1 <= channel <= 233 and channel % 4 == 1)
    return band_of(channel) is not None and band in {None, band_of(channel)}
