"""The way from the basket to the order, and the one question after it."""

from __future__ import annotations

import uuid
from typing import cast

from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from sayso_sdk import SaysoProblem
from sayso_sdk.django import device_of
from sayso_sdk.values import Answer

from sayso_demo.shop import basket, catalogue, consent
from sayso_demo.shop.forms import DeliveryForm
from sayso_demo.shop.models import Order
from sayso_demo.shop.orders import place_order

PARTS = ("id", "version", "text_hash", "layout", "base")
ANSWERS = ("given", "deferred", "refused")
_seal = Signer(salt="order")


@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Take name and address; nothing is filled in, nothing else is asked."""
    if not basket.contents(request):
        return redirect("basket")
    form = DeliveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        order = place_order(form.delivery(), basket.contents(request), timezone.now())
        consent.tell_of_order(order, device_of(request))
        basket.empty(request)
        return redirect("thanks", key=_seal.sign(order.number))
    shown = {"form": form, "lines": basket.lines(request), "total": basket.total(request)}
    return render(request, "shop/checkout.html", shown, status=422 if form.errors else 200)


@require_GET
def order_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show an order to whoever has its address, without an account."""
    return render(request, "shop/order.html", _shown(key))


@require_http_methods(["GET", "POST"])
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """Confirm an order and ask the one thing worth asking now; after a yes, show what it brings."""
    shown = _shown(key)
    if request.method == "POST":
        return _answer(request, key, shown)
    answered = request.GET.get("answered", "")
    if answered not in ANSWERS:
        shown |= _question(request)
    if answered == "given":
        shown |= {"strip": consent.strip(request)}
    return render(request, "shop/thanks.html", {**shown, "answered": answered})


def _answer(request: HttpRequest, key: str, shown: dict[str, object]) -> HttpResponse:
    said = request.POST.get("answer", "")
    if said not in ANSWERS:
        raise Http404
    told: dict[str, object] = {part: request.POST.get(part, "") for part in PARTS}
    try:
        told["base"] = int(request.POST.get("base", ""))
        event = str(uuid.UUID(request.POST.get("event", "")))
        consent.answer_ask(request, told, cast(Answer, said), event, _typed(request))
    except (SaysoProblem, ValueError) as problem:
        failed = {"failed": True, "remedy": getattr(problem, "remedy", "")}
        return render(request, "shop/thanks.html", {**shown, **_question(request), **failed}, status=422)
    return redirect(reverse("thanks", kwargs={"key": key}) + f"?answered={said}#asked")


def _typed(request: HttpRequest) -> dict[str, str]:
    name = request.POST.get("field", "")
    return {name: request.POST.get(name, "").strip()[:100]}


def _question(request: HttpRequest) -> dict[str, object]:
    ask = consent.next_ask(request, "order_confirmed")
    if ask is None:
        return {}
    return {
        "ask": ask,
        "ask_action": request.path,
        "ask_parts": [(part, ask.get(part, "")) for part in PARTS],
        "ask_event": str(uuid.uuid4()),
    }


def _shown(key: str) -> dict[str, object]:
    try:
        order = Order.objects.select_related("customer", "delivery_address").get(number=_seal.unsign(key))
    except (BadSignature, Order.DoesNotExist) as unknown:
        raise Http404 from unknown
    lines = [
        basket.Line(item, line.qty)
        for line in order.lines.order_by("id")
        if (item := catalogue.product(line.product_id)) is not None
    ]
    return {"order": order, "lines": lines, "key": key, "total": sum(line.cents for line in lines)}
