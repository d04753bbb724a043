"""The shop's addresses; other languages than English stand under /zh-hant and /ar, so the language needs no cookie."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import path
from sayso_sdk.django import privacy_proxy

from sayso_demo.shop import checkout, letters, views, young

urlpatterns = [
    path("privacy/<path:path>", privacy_proxy, name="privacy"),
    path("swatch/<slug:product_id>.svg", views.swatch, name="swatch"),
    path("shop.css", views.style, name="style"),
    path(".well-known/gpc.json", views.gpc_support, name="gpc_support"),
    path("healthz", views.healthz, name="healthz"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("shelves", views.shelves, name="shelves"),
        path("products/<slug:product_id>", views.product, name="product"),
        path("basket", views.basket_page, name="basket"),
        path("basket/<slug:product_id>", views.put_in_basket, name="put"),
        path("reasons", views.switch_reason, name="switch"),
        path("checkout", checkout.checkout, name="checkout"),
        path("orders/<str:key>", checkout.order_page, name="order"),
        path("orders/<str:key>/thanks", checkout.thanks, name="thanks"),
        path("privacy-policy", views.notice, name="notice"),
        path("age", young.age, name="age"),
        path("behind", views.behind, name="behind"),
        path("staff/letters", letters.letters, name="letters"),
        prefix_default_language=False,
    ),
]
