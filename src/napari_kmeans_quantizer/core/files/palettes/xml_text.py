"""XML that anybody may have written: gone through from start to end, without types and entities."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax import SAXParseException

from .damage import blamed_on_the_file

if TYPE_CHECKING:
    from xml.sax.handler import ContentHandler


def go_through(text: bytes, handler: ContentHandler, name: str, kind: str) -> None:
    """Tell a handler all elements.

    Parameters
    ----------
    text : bytes
        The XML.
    handler : xml.sax.handler.ContentHandler
        May raise ValueError.
    name : str
        What the text is called in messages, such as "colorset.xml, "; "" if it is the file.
    kind : str
        What the file is read as, such as "a Krita palette".

    Raises
    ------
    ValueError
        If it is no XML, or declares a document type or entities.
    """
    from defusedxml import DefusedXmlException, sax  # type: ignore[import-untyped, unused-ignore]

    with blamed_on_the_file(kind):
        try:
            sax.parseString(text, handler, forbid_dtd=True)
        except SAXParseException as error:
            where = error.getLineNumber()
            raise ValueError(f"{name}line {where}: {error.getMessage()}.") from error
        except DefusedXmlException as error:
            raise ValueError(f"{name}has a document type or entities, refused: {error}") from error
