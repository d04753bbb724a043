"""Letters to customers: who may be written to, and the reason for each no."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from sayso_sdk import Decision

from sayso_demo.shop.consent import LETTERS, sayso
from sayso_demo.shop.models import Customer
from sayso_demo.shop.templatetags.loom import say


@dataclass(frozen=True)
class Reader:
    """One customer and whether she may be written to."""

    number: str
    email: str
    decision: Decision


@require_http_methods(["GET", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """List who may be written to; a POST asks again and writes to those only. Open in the demo only."""
    if not settings.STAFF_PAGES:
        raise Http404
    readers = list_readers()
    sent = send(readers) if request.method == "POST" else None
    permitted = sum(reader.decision.permitted for reader in readers)
    return render(request, "shop/letters.html", {"readers": readers, "permitted": permitted, "sent": sent})


def list_readers() -> list[Reader]:
    """Ask Sayso about every customer; once it cannot be reached, the rest are refused unasked."""
    readers: list[Reader] = []
    reachable = True
    for customer in Customer.objects.order_by("number"):
        decision = Decision.refused(LETTERS, "unavailable")
        if reachable:
            decision = sayso().decide({"customer": customer.number}, [LETTERS])[0]
            reachable = decision.reason != "unavailable"
        readers.append(Reader(customer.number, customer.email, decision))
    return readers


def send(readers: list[Reader]) -> int:
    """Write to the permitted readers and return to how many."""
    chosen = [reader for reader in readers if reader.decision.permitted]
    for reader in chosen:
        EmailMessage(say("letter.subject"), _body(), to=[reader.email]).send()
    return len(chosen)


def _body() -> str:
    return say("letter.body", choices=f"{settings.SAYSO_URL}/centre/choices")
