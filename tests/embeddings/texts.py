"""Texts of different length and language, for whoever encodes some."""

TEXTS = [
    "I mend clocks.",
    "Looking for somebody who also cares for a parent and needs to laugh about it now and then.",
    "Ich singe gern.",
    "Long walks with a slow dog, preferably along water, in any weather, and with hardly any talking on the way up. "
    * 3,
    "Rumi",
]
