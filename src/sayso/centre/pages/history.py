"""What she said and when, and the proof she keeps of it."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sayso.centre import happened, timeline
from sayso.centre.visitor import locale_of, the_brand, visitor_of
from sayso.consent import queries as consent
from sayso.consent.queries import Recorded
from sayso.core.errors import NotFound
from sayso.core.values import read_utc, utc_text
from sayso.notices import queries as notices


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show every answer."""
    visitor, brand = visitor_of(request), the_brand()
    notice = notices.current(brand).notice
    locale = locale_of(notice)
    page = {
        "answers": happened.recently(visitor.subjects, brand, notice, locale),
        "steps": timeline.steps_of(visitor.subjects, locale),
    }
    return render(request, "centre/history.html", page)


def _mine(request: HttpRequest, event: str) -> Recorded:
    """Give an event that is hers. Somebody else's and an unknown one look alike."""
    visitor, brand = visitor_of(request), the_brand()
    listed = (one for subject in visitor.subjects for one in consent.history_of([subject], brand))
    found = next((one for one in listed if one.event == event), None)
    if found is None:
        raise NotFound("unknown_event", "There is no such answer of yours here.", "Look in your history.")
    return found


def _place(kept: consent.Kept) -> dict[str, object]:
    """Say where in the log it stands: counted from one, as people do."""
    place = kept.place
    if place is None:
        return {"in_log_by": read_utc(kept.in_log_by)}
    return {
        "entry": place.index + 1,
        "size": place.note.checkpoint.size,
        "origin": place.note.checkpoint.origin,
        "witnesses": ", ".join(kept.witnesses),
    }


@require_safe
def proof(request: HttpRequest, event: str) -> HttpResponse:
    """Show one proof in words."""
    found = _mine(request, event)
    kept = consent.kept(found)
    notice = notices.version(found.brand, found.version).notice
    shown = happened.answer_shown(found, notice, locale_of(notice))
    page = {
        "answer": shown,
        "seq": found.seq,
        "leaf_hash": found.leaf_hash,
        "text_hash": found.evidence["text_hash"],
        "layout": found.evidence["layout"],
        "recorded": utc_text(shown.at),
        "receipt": kept.receipt,
        "place": _place(kept),
    }
    return render(request, "centre/proof.html", page)


@require_safe
def proof_file(request: HttpRequest, event: str) -> HttpResponse:
    """Hand over the signed receipt, and its proof from the log, as a file to keep."""
    kept = consent.kept(_mine(request, event))
    told = {"proof": kept.proof} if kept.proof else {"in_log_by": kept.in_log_by}
    body = json.dumps({"typ": "sayso-receipt", "receipt": kept.receipt, **told}, indent=1, ensure_ascii=False)
    response = HttpResponse(body + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{event}.json"'
    return response
