"""The addresses of the console."""

from django.urls import path

from sayso.console import notices, views

app_name = "console"
urlpatterns = [
    path("console/", views.home, name="home"),
    path("console/requests", views.queue, name="queue"),
    path("console/requests/<slug:number>", views.one_request, name="request"),
    path("console/notices", notices.listed, name="notices"),
    path("console/notices/draft", notices.draft, name="draft_notice"),
    path("console/notices/<slug:number>", notices.proposal, name="notice_proposal"),
    path("console/notices/<slug:number>/decide", notices.decide, name="decide_notice"),
]
