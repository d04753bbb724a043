"""The addresses of the console."""

from django.urls import path

from sayso.console import people, views

app_name = "console"
urlpatterns = [
    path("console/", views.home, name="home"),
    path("console/people", people.people, name="people"),
    path("console/people/<slug:look>", people.person, name="person"),
    path("console/people/<slug:look>/phone", people.phone, name="phone"),
    path("console/requests", views.queue, name="queue"),
    path("console/requests/<slug:number>", views.one_request, name="request"),
]
