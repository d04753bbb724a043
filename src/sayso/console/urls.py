"""The addresses of the console."""

from django.urls import path

from sayso.console import views

app_name = "console"
urlpatterns = [
    path("console/", views.home, name="home"),
    path("console/requests", views.queue, name="queue"),
    path("console/requests/<slug:number>", views.one_request, name="request"),
]
