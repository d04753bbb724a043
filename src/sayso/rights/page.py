"""The readable page of a package: one file, no script, nothing loaded from anywhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Protocol

from sayso.core.layout import direction

_STYLE = """
:root{color-scheme:light dark;--ink:#2b2620;--ground:#faf6ef;--line:#d9cfbf;--quiet:#6b6256}
@media (prefers-color-scheme:dark){:root{--ink:#efe8dc;--ground:#1c1a17;--line:#4a443b;--quiet:#b3a998}}
body{margin:0 auto;padding:2rem 1rem;max-inline-size:60rem;background:var(--ground);color:var(--ink);
font:1rem/1.6 system-ui,sans-serif}h1,h2{font-family:Georgia,serif;line-height:1.25}
h2{margin-block-start:2.5rem}.wide{overflow-x:auto}table{border-collapse:collapse;min-inline-size:100%}
th,td{text-align:start;vertical-align:top;padding:.4rem .8rem .4rem 0;border-block-end:1px solid var(--line)}
p.quiet{color:var(--quiet)}
"""
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Your data",
        "made": "Gathered on",
        "none": "Nothing is kept here.",
        "withheld": "Left out",
        "names_others": "free text that may name somebody else (GDPR, Article 15(4))",
        "someone_elses": "it is about somebody else",
        "files": "The same is in data.json and in one CSV file for each table. manifest.json holds their hashes.",
    },
    "zh-hant": {
        "title": "你的資料",
        "made": "彙整時間",
        "none": "這裡沒有保存任何資料。",
        "withheld": "未包含",
        "names_others": "可能提及他人的自由文字（歐盟《一般資料保護規則》第 15 條第 4 項）",
        "someone_elses": "這是關於他人的資料",
        "files": "相同內容也在 data.json 以及每個資料表各自的 CSV 檔中。manifest.json 列出各檔的雜湊值。",
    },
    "ar": {
        "title": "بياناتك",
        "made": "جُمعت في",
        "none": "لا شيء محفوظ هنا.",
        "withheld": "لم يُدرج",
        "names_others": "نص حر قد يسمّي غيرك (اللائحة العامة لحماية البيانات، المادة 15(4))",
        "someone_elses": "يتعلق بشخص آخر",
        "files": "المحتوى نفسه في data.json وفي ملف CSV لكل جدول. ويحوي manifest.json بصماتها.",
    },
}


class Source(Protocol):
    """What the page needs of a source."""

    @property
    def title(self) -> Mapping[str, str]:
        """Give its name per locale."""

    @property
    def sheets(self) -> Sequence[Mapping[str, Any]]:
        """Give its sheets."""


def _said(texts: Mapping[str, str], locale: str, otherwise: str) -> str:
    by_locale = {name.lower(): text for name, text in texts.items()}
    return by_locale.get(locale, by_locale.get("en", otherwise))


def _table(sheet: Mapping[str, Any], locale: str, words: Mapping[str, str]) -> str:
    if not sheet["rows"]:
        return f'<p class="quiet">{words["none"]}</p>'
    named = [
        _said(title, locale, column) for column, title in zip(sheet["columns"], sheet["titles"], strict=True)
    ]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in named)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>"
        for row in sheet["rows"]
    )
    label = escape(sheet["name"])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" role="region" aria-label="{label}" tabindex="0">{table}</div>'


def _sheet(sheet: Mapping[str, Any], locale: str, words: Mapping[str, str]) -> str:
    left_out = "".join(
        f'<p class="quiet">{words["withheld"]}: {escape(column)} – {words.get(reason, escape(reason))}</p>'
        for column, reason in sheet["withheld"].items()
    )
    return f"<h3>{escape(sheet['name'])}</h3>{_table(sheet, locale, words)}{left_out}"


def render(sources: Sequence[Source], locale: str, now: datetime) -> str:
    """Write the page. Everything anybody ever typed is escaped."""
    locale = locale.lower() if locale.lower() in _WORDS else "en"
    words = _WORDS[locale]
    sections = "".join(
        f"<h2>{escape(_said(source.title, locale, ''))}</h2>"
        + "".join(_sheet(sheet, locale, words) for sheet in source.sheets)
        for source in sources
    )
    made = f"{words['made']} {now:%Y-%m-%d %H:%M} UTC"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{locale}" dir="{direction(locale)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words['title']}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{words["title"]}</h1><p class="quiet">{made}</p><p>{words["files"]}</p>{sections}'
        "</main></body></html>"
    )
