"""Text in XML: `ElementTree` escapes what must be, but lets through what XML 1.0 can't have at all."""

import re
from xml.etree import ElementTree

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    """Add an element that has text; a character that XML can't have becomes U+FFFD."""
    ElementTree.SubElement(parent, name, attributes).text = _NOT_XML.sub("\ufffd", text)
