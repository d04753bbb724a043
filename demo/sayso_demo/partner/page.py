"""The page on which anybody can see what Brightside holds."""

from __future__ import annotations

from html import escape

from sayso_demo.partner.store import Member, Received, Store

FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Audience · Brightside Ads</title>
<link rel="stylesheet" href="/page.css"></head><body><header><p class="name">Brightside Ads</p></header><main>
<h1>Our audience for Linen &amp; Loom</h1>
<p>Everybody Sayso told us about. The numbers were made for us alone; we know no names.</p>
<p class="big" role="status"><span>{count}</span> on the list</p>{audience}
<h2>Webhooks received</h2>{webhooks}</main></body></html>"""


def page(store: Store) -> str:
    """Return the page as HTML; everything received is written as text."""
    audience, webhooks = store.audience(), store.webhooks()
    return FRAME.format(
        count=len(audience),
        audience=_table("Audience", ("Member", "Interests", "Since"), [_member(row) for row in audience]),
        webhooks=_table(
            "Webhooks",
            ("First received", "Event", "Times", "Effects", "Acknowledged"),
            [_received(row) for row in webhooks],
        ),
    )


def _member(row: Member) -> tuple[str, ...]:
    return row.member, ", ".join(row.interests), row.since


def _received(row: Received) -> tuple[str, ...]:
    return row.first_at, row.type, str(row.received), str(row.effects), row.acknowledged_at or "waiting"


def _table(name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return '<p class="quiet">Nothing.</p>'
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{name}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
