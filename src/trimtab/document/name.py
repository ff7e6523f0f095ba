"""Name and version of the document, for who asks for no more: its schema takes the whole replay along."""

from __future__ import annotations

from typing import Final

DOCUMENT_FILE: Final = "recommendation.json"
PARTS_FOLDER: Final = "recommendation"
"""Beside it: a file for each service, as the index in it says."""
PART_FILE: Final = r"^recommendation/[A-Za-z0-9_-]{1,255}(\.[0-9a-f]{8})?\.json$"
DOCUMENT_VERSION: Final = 7
