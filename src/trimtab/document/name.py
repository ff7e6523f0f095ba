"""Name and version of the document, for who asks for no more: its schema takes the whole replay along."""

from __future__ import annotations

from typing import Final

DOCUMENT_FILE: Final = "recommendation.json"
DOCUMENT_VERSION: Final = 6
