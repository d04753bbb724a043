"""Cut the committed sample out of the Complete Journey data set.

    python -m tools.completejourney

Draws 60 households among those with 30 to 200 lines, keeps every line of theirs and every product on them, and
writes tests/data/completejourney/*.csv. Needs the extra `realdata`; the same package gives the same files.
"""

import csv
import random
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sayso_demo.completejourney import SAMPLE
from sayso_demo.completejourney.source import Line, Package, Product

HOUSEHOLDS, SEED = 60, 2017
FEWEST, MOST = 30, 200  # lines of one household: small files, whole households


def chosen(lines: Iterable[Any]) -> set[int]:
    """Draw the households."""
    counts = Counter(line.household_id for _, line in lines)
    fit = sorted(name for name, count in counts.items() if FEWEST <= count <= MOST)
    return set(random.Random(SEED).sample(fit, HOUSEHOLDS))  # noqa: S311 - a draw anybody can repeat


def write(path: Path, columns: tuple[str, ...], rows: Iterable[Any]) -> None:
    """Write one file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _plain(line: Any) -> list[Any]:
    return [*line[:-1], line.transaction_timestamp.replace(tzinfo=None).isoformat()]


def main() -> int:
    """Cut the sample."""
    package = Package()
    households = chosen(package.lines(set(package.households())))
    lines = [line for _, line in package.lines(households)]
    bought = {line.product_id for line in lines}
    SAMPLE.mkdir(parents=True, exist_ok=True)
    write(SAMPLE / "transactions.csv", Line._fields, map(_plain, lines))
    write(SAMPLE / "products.csv", Product._fields, (p for p in package.products() if p.product_id in bought))
    sys.stdout.write(f"{len(households)} households, {len(lines)} lines, {len(bought)} products\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
