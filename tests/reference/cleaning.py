"""How hashtag models' texts are cleaned, and what counts as a hashtag, in Python: `html.parser`, `str.lower`,
`unicodedata` and `re` are the originals that Spanlet's own cleaning is held to. Standard library only."""

import re
import unicodedata
from html.parser import HTMLParser

HASHTAG = re.compile(r"\B(#[\w-]{3,})\b(?![#\-\w])")


class CharacterData(HTMLParser):
    """Keeps what stands between tags, character references resolved."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces = []

    def handle_data(self, data):
        self.pieces.append(data)


def clean(text):
    """Drops tags, lower-cases, deletes every character of category P."""
    parser = CharacterData()
    parser.feed(text)
    parser.close()
    lowered = "".join(parser.pieces).lower()
    return "".join(character for character in lowered if unicodedata.category(character)[0] != "P")
