"""Which drawing stands for an article: one for each kind of goods, by the longest UNSPSC prefix that is known.

The drawings are our own (frontend/pictures/<name>.svg). What no drawing shows gets the closed box of `GOODS`: a picture
of something else is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GOODS = "goods"
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """What a drawing shows, in one word for those who do not see it."""

    shows: str


PICTURES: Mapping[str, Picture] = MappingProxyType(
    {
        GOODS: Picture("Vara"),
        "apple": Picture("Äpple"),
        "bag": Picture("Påse"),
        "binder": Picture("Pärmar"),
        "board": Picture("Skrivtavla"),
        "book": Picture("Bok"),
        "bread": Picture("Bröd"),
        "brush": Picture("Borste"),
        "bucket": Picture("Hink"),
        "calculator": Picture("Miniräknare"),
        "camera": Picture("Kamera"),
        "carrot": Picture("Morot"),
        "case": Picture("Väska"),
        "chair": Picture("Stol"),
        "cheese": Picture("Ost"),
        "clip": Picture("Gem"),
        "cloth": Picture("Duk"),
        "coffee": Picture("Kopp kaffe"),
        "colours": Picture("Färgpennor"),
        "dock": Picture("Dockningsstation"),
        "egg": Picture("Ägg"),
        "envelope": Picture("Kuvert"),
        "folder": Picture("Mapp"),
        "food": Picture("Tallrik och bestick"),
        "gloves": Picture("Handskar"),
        "glue": Picture("Limstift"),
        "grain": Picture("Säck med spannmål"),
        "headset": Picture("Headset"),
        "keyboard": Picture("Tangentbord"),
        "lamp": Picture("Lampa"),
        "laptop": Picture("Dator"),
        "marker": Picture("Märkpenna"),
        "milk": Picture("Mjölk"),
        "mop": Picture("Mopp"),
        "mouse": Picture("Datormus"),
        "notebook": Picture("Skrivblock"),
        "paper": Picture("Pappersark"),
        "paper-roll": Picture("Pappersrulle"),
        "pasta": Picture("Skål med pasta"),
        "pen": Picture("Penna"),
        "pencil": Picture("Blyertspenna"),
        "scissors": Picture("Sax"),
        "screen": Picture("Bildskärm"),
        "soap": Picture("Tvål"),
        "spray": Picture("Sprayflaska"),
        "stapler": Picture("Häftapparat"),
        "tablet": Picture("Surfplatta"),
        "tape": Picture("Tejp"),
        "toner": Picture("Tonerkassett"),
        "tray": Picture("Brevkorg"),
        "usb": Picture("USB-minne"),
    }
)
# UNSPSC's first two, four, six or eight digits → drawing.
BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "14": "paper", "141115": "notebook", "14111507": "paper", "141117": "paper-roll",
        "312015": "tape", "312016": "glue", "31162401": "stapler", "391115": "lamp", "391016": "lamp",
        "42132203": "gloves", "461815": "gloves", "44101602": "stapler", "441018": "calculator",
        "441031": "toner", "441115": "tray", "441119": "board", "441215": "envelope", "441216": "stapler",
        "44121618": "scissors", "441217": "pen", "44121705": "pencil", "44121706": "pencil",
        "44121708": "marker", "44121716": "marker", "441218": "pencil", "441220": "binder",
        "44122010": "folder", "44122011": "folder", "441221": "clip",
        "4319": "headset", "4320": "usb", "4321": "laptop", "43211509": "tablet", "432116": "dock",
        "43211706": "keyboard", "43211708": "mouse", "43211802": "mouse", "432119": "screen", "4512": "camera",
        "47": "spray", "47121701": "bag", "471218": "bucket", "47131502": "cloth", "47131604": "brush",
        "47131605": "brush", "47131618": "mop",
        "50": "food", "50131609": "egg", "501317": "milk", "501318": "cheese", "5018": "bread",
        "501929": "pasta", "502017": "coffee", "5022": "grain", "5030": "apple", "5040": "carrot",
        "531216": "case", "531217": "case", "53131608": "soap", "55": "book", "5610": "chair", "561121": "chair",
        "6012": "colours",
    }
)  # fmt: skip


def picture_of(unspsc: str | None) -> str:
    """The drawing of the longest prefix of the code; the closed box when there is none."""
    code = unspsc or ""
    prefixes = (code[:digits] for digits in range(len(code), SHORTEST - 1, -2))
    return next((BY_CODE[prefix] for prefix in prefixes if prefix in BY_CODE), GOODS)
