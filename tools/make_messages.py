"""Collect what the pages say, keep the translations, and compile them: `python -m tools.make_messages`.

With `--check` nothing is written; it exits with 1 when a text is untranslated or a file is not fresh.
Babel reads Python; Django itself turns a template into something Babel can read.
"""

import sys
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "sayso"
LOCALES = SOURCE / "locale"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
}
Message = str | tuple[str, ...]


@cache
def _texts() -> list[tuple[str, Message]]:
    """List every text of the server, each with the file it stands in."""
    found: list[tuple[str, Message]] = []
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        text, name = path.read_text(), str(path.relative_to(SOURCE))
        if path.suffix == ".html":
            text = templatize(text, origin=str(path))
        said = extract("python", BytesIO(text.encode()), KEYWORDS)
        found += [(name, message) for _line, message, _comments, _context in said]
    return found


def collected(locale: str) -> Catalog:
    """Give every text of the server, by the file it stands in."""
    catalog = Catalog(locale=locale, project="sayso", charset="utf-8", fuzzy=False)
    for name, message in _texts():
        catalog.add(message, locations=[(name, 0)])
    return catalog


def updated(locale: str) -> Catalog:
    """Give the translations we have for the texts there are; texts that are gone are dropped."""
    catalog, po = collected(locale), _po(locale)
    if not po.exists():
        return catalog
    kept = read_po(BytesIO(po.read_bytes()), locale=locale)
    for message in catalog:
        known = kept.get(message.id) if message.id else None
        if known is not None:
            message.string = known.string
    return catalog


def untranslated(locale: str) -> list[object]:
    """List the texts without a translation, or whose translation lost a placeholder."""
    missing: list[object] = []
    for message in updated(locale):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (not all(strings) or any(True for _ in message.check())):
            missing.append(message.id)
    return missing


def _po(locale: str) -> Path:
    return LOCALES / locale / "LC_MESSAGES" / "django.po"


def po_bytes(catalog: Catalog) -> bytes:
    """Write a catalogue as a .po file: sorted, and with nothing that changes by itself."""
    out = BytesIO()
    write_po(out, catalog, width=100, sort_output=True, omit_header=False, include_lineno=False)
    dates = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Generated-By',
        b'"Last-Translator',
        b'"Language-Team',
    )
    lines = [line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(dates)]
    return b"".join(line for line in lines if not line.startswith(b"# "))


def mo_bytes(catalog: Catalog) -> bytes:
    """Compile a catalogue."""
    out = BytesIO()
    compiled = read_po(BytesIO(po_bytes(catalog)), locale=catalog.locale)
    # Babel stamps the hour of compiling: the same texts must give the same bytes.
    compiled.creation_date = compiled.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(out, compiled)
    return out.getvalue()


def stale(locale: str) -> list[str]:
    """Name the files that are not what the texts and translations make."""
    catalog, po = updated(locale), _po(locale)
    fresh = {po: po_bytes(catalog), po.with_suffix(".mo"): mo_bytes(catalog)}
    return [path.name for path, content in fresh.items() if not path.exists() or path.read_bytes() != content]


def locales() -> list[str]:
    """Name the languages beside English that there is a folder for."""
    return sorted(folder.name for folder in LOCALES.iterdir())


def write(locale: str) -> int:
    """Write both files of a language, or check them; give what is wrong as an exit code."""
    if "--check" not in sys.argv:
        catalog, po = updated(locale), _po(locale)
        po.parent.mkdir(parents=True, exist_ok=True)
        mo = mo_bytes(catalog)
        po.write_bytes(po_bytes(catalog))
        po.with_suffix(".mo").write_bytes(mo)
    missing, old = untranslated(locale), stale(locale)
    for message in missing:
        sys.stdout.write(f"untranslated in {locale}: {message!r}\n")
    for name in old:
        sys.stdout.write(f"not fresh in {locale}: {name}; run python -m tools.make_messages\n")
    return 1 if missing or old else 0


def main() -> int:
    """Write or check every language."""
    return max([write(locale) for locale in locales()])


if __name__ == "__main__":
    sys.exit(main())
