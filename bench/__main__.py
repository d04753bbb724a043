"""Measure, keep the figures, and write the page of the reference from them.

    python -m bench [--list] [--quick] [GROUP…]

`--quick` takes small sizes to see that everything works, and keeps its figures in .build/bench, apart from those that
were measured.
"""

import signal
import sys
import time
from pathlib import Path

import click

from bench import machine, report, results
from bench.groups import GROUPS, Group, Wish

QUICK = report.ROOT / ".build" / "bench"


def _place(quick: bool) -> tuple[Path, Path, Path]:
    """Give where rows, machine and page are written."""
    if quick:
        return QUICK / "results.json", QUICK / "machines.json", QUICK
    return results.RESULTS, machine.MACHINES, report.ROOT


def _tell(row: results.Row) -> str:
    if row.error:
        return f"  {row.id}: NOT MEASURED, {row.error}"
    said = row.written()
    beside = f"; {row.peer} {said['peer_value']:,}, ratio {said['ratio']}" if row.ratio is not None else ""
    goal = f"; goal {said['goal']}: {'met' if said['met'] else 'missed'}" if said["goal"] else ""
    return f"  {row.id}: {said['ours']:,} {row.unit}{beside}{goal}"


def measure(group: Group, wish: Wish) -> bool:
    """Measure one group and keep its figures; tell whether every row came to one."""
    rows, machine_path, root = _place(wish.quick)
    wish.say(f"{group.name}: {group.title}")
    found = wish.attempt(lambda: group.run(wish))
    results.write(found, rows)
    if found:
        machine.write(group.name, machine.described(group.versions()), machine_path)
    report.write(rows, machine_path, root)
    for row in found:
        wish.say(_tell(row))
    return bool(found) and not wish.faults and not any(row.error for row in found)


def _listed() -> str:
    return "\n".join(f"{group.name:<16} {group.title}; {len(group.ids)} rows" for group in GROUPS)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([group.name for group in GROUPS]))
@click.option("--list", "listed", is_flag=True, help="Only say what can be measured.")
@click.option("--quick", is_flag=True, help="Small sizes, to see that everything works.")
@click.option("--households", type=int, help="Fewer households of Complete Journey.")
@click.option(
    "--people", type=int, help="Hold at most so many people in the ledger: ten million take an hour."
)
def main(
    names: tuple[str, ...], listed: bool, quick: bool, households: int | None, people: int | None
) -> None:
    """Measure the named groups, or all of them."""
    if listed:
        click.echo(_listed())
        return
    began = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"{time.monotonic() - began:7.1f} s  {text}")

    # Stopped from outside, too, everything that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = [group for group in GROUPS if not names or group.name in names]
    done = [measure(group, Wish(say, quick, households, people)) for group in chosen]
    click.echo(f"{sum(done)} of {len(done)} groups came to figures in every row")
    raise SystemExit(0 if all(done) else 1)


if __name__ == "__main__":
    main()
