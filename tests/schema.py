"""The schema of receipts that we publish, as a validator: `docs/reference/receipt.schema.json`."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FILE = Path(__file__).parent.parent / "docs" / "reference" / "receipt.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def faults(content: object) -> list[str]:
    """Say where a receipt's content is not as the schema wants it: nothing for one that is."""
    return sorted(f"{one.json_path}: {one.message}" for one in VALIDATOR.iter_errors(content))
