"""The addresses of the console."""

from django.urls import path

from sayso.console import people, record, views

app_name = "console"
urlpatterns = [
    path("console/", views.home, name="home"),
    path("console/people", people.people, name="people"),
    path("console/people/<slug:look>", people.person, name="person"),
    path("console/people/<slug:look>/phone", people.phone, name="phone"),
    path("console/people/<slug:look>/delete", people.propose, name="propose"),
    path("console/record", record.record, name="record"),
    path("console/record.csv", record.record_csv, name="record_csv"),
    path("console/record.json", record.record_json, name="record_json"),
    path("console/requests", views.queue, name="queue"),
    path("console/requests.csv", views.queue_file, name="queue_file"),
    path("console/requests/<slug:number>", views.one_request, name="request"),
    path("console/requests/<slug:number>/evidence", views.evidence, name="evidence"),
    path("console/requests/<slug:number>/approve", views.approve, name="approve"),
    path("console/requests/<slug:number>/decline", views.decline, name="decline"),
]
