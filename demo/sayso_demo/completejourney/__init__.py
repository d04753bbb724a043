"""A grocer with the purchases of the Complete Journey data set, in a database of its own.

The grocer is made up; what its households bought is taken from the data set as published, without a name, an
address or a demographic row: none exists or none is needed. Nothing here imports Sayso.
"""

from pathlib import Path

BRAND = Path(__file__).parent / "brand"
SAMPLE = Path(__file__).parents[3] / "tests" / "data" / "completejourney"
DATABASE_VARIABLE = "SHOP_DATABASE_URL"
