"""Pages anybody may look at: first page, shelves, one product, pictures."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_GET, require_POST, require_safe
from sayso_sdk import SaysoProblem
from sayso_sdk.django import device_of
from sayso_sdk.gpc import SUPPORT

from sayso_demo.shop import basket, catalogue, consent, diary
from sayso_demo.shop.catalogue import Product, Wish
from sayso_demo.shop.pictures import STYLE, picture_tag, style_tag
from sayso_demo.shop.swatch import picture


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page: suggestions where they are permitted, favourites where not."""
    shown = {
        "strip": consent.strip(request),
        "opened": request.GET.get("opened", ""),
        "rooms": catalogue.values_of("room"),
        "window": catalogue.WINDOW,
    }
    return render(request, "shop/home.html", shown)


@require_safe
def shelves(request: HttpRequest) -> HttpResponse:
    """Show the whole catalogue, narrowed by what the visitor looks for."""
    wish = Wish(
        type=request.GET.get("type", ""),
        colour=request.GET.get("colour", ""),
        material=request.GET.get("material", ""),
        room=request.GET.get("room", ""),
        renewable="renewable" in request.GET,
    )
    filters = [
        (name, getattr(wish, name), catalogue.values_of(attribute))
        for name, attribute in (
            ("type", "type"),
            ("colour", "colour_family"),
            ("material", "material"),
            ("room", "room"),
        )
    ]
    found = [item for item in catalogue.products() if wish.fits(item)]
    return render(request, "shop/shelves.html", {"found": found, "filters": filters, "wish": wish})


@require_safe
def product(request: HttpRequest, product_id: str) -> HttpResponse:
    """Show one product."""
    item = _product(product_id)
    beside = [other for other in catalogue.products() if other.room == item.room and other.id != item.id][:4]
    return render(request, "shop/product.html", {"item": item, "beside": beside})


@require_GET
def basket_page(request: HttpRequest) -> HttpResponse:
    """Show what is in the basket."""
    shown = {"lines": basket.lines(request), "total": basket.total(request), "most": range(basket.MOST + 1)}
    return render(request, "shop/basket.html", shown)


@require_POST
def put_in_basket(request: HttpRequest, product_id: str) -> HttpResponse:
    """Set how many of a product are in the basket; without a number, one more."""
    item = _product(product_id)
    wanted = request.POST.get("qty", "")
    qty = (
        int(wanted)
        if wanted.isdecimal() and len(wanted) < 4
        else basket.contents(request).get(item.id, 0) + 1
    )
    basket.put(request, item, qty)
    return redirect("basket")


@require_POST
def switch_reason(request: HttpRequest) -> HttpResponse:
    """Switch one reason of the suggestions on or off and come back to the same place."""
    consent.switch(request, request.POST.get("reason", "")[:200], on=request.POST.get("on") == "yes")
    back = catalogue.product(request.POST.get("product", ""))
    home_page = redirect("home")
    if back is not None:
        home_page["Location"] += f"?opened={back.id}#{back.id}"
    return home_page


@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """Show a developer what the shop asked Sayso for this browser, and what it was told."""
    device = device_of(request)
    return render(
        request, "shop/behind.html", {"entries": diary.read(device) if device else [], "device": device}
    )


@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    """Lead to the notice as it is published now; to the privacy centre where Sayso cannot say."""
    try:
        where = consent.sayso().banner(settings.SAYSO_SITE, locale=consent.locale())["links"]["notice"]
    except (SaysoProblem, KeyError, TypeError):
        where = f"{settings.SAYSO_URL}/centre/"
    return redirect(str(where))


@require_safe
@cache_control(public=True, max_age=86400)
@condition(etag_func=picture_tag)
def swatch(request: HttpRequest, product_id: str) -> HttpResponse:
    """Draw a product."""
    return HttpResponse(picture(_product(product_id)), content_type="image/svg+xml")


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=style_tag)
def style(request: HttpRequest) -> HttpResponse:
    """Send the style sheet."""
    return HttpResponse(STYLE.read_text("utf-8"), content_type="text/css")


@require_GET
def gpc_support(request: HttpRequest) -> JsonResponse:
    """State that the shop obeys Global Privacy Control."""
    return JsonResponse(SUPPORT)


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the shop is open."""
    return HttpResponse("ok", content_type="text/plain")


def _product(product_id: str) -> Product:
    found = catalogue.product(product_id)
    if found is None:
        raise Http404
    return found
