"""The addresses of the console."""

from django.urls import path

from sayso.console import asking, erased, fielding, notices, people, reaching, record, views

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
    path("console/asks", asking.listed, name="asks"),
    path("console/new-ask", asking.new, name="new_ask"),
    path("console/asks/<slug:name>", asking.one, name="ask"),
    path("console/asks/<slug:name>/preview", asking.preview, name="ask_preview"),
    path("console/asks/<slug:name>/publish", asking.publish, name="publish_ask"),
    path("console/asks/<slug:name>/end", asking.end, name="end_ask"),
    path("console/reach", reaching.reach, name="reach"),
    path("console/complaints", reaching.complaints, name="complaints"),
    path("console/erased", erased.erased, name="erased"),
    path("console/erased/<slug:look>", erased.found, name="erased_look"),
    path("console/erased/<slug:look>/decide", erased.decide, name="decide_erased"),
    path("console/fields", fielding.fields, name="fields"),
    path("console/fields/propose", fielding.propose, name="propose_drop"),
    path("console/fields/proposals/<slug:number>", fielding.proposal, name="proposal"),
    path("console/fields/proposals/<slug:number>/decide", fielding.decide, name="decide_drop"),
    path("console/notices", notices.listed, name="notices"),
    path("console/notices/draft", notices.draft, name="draft_notice"),
    path("console/notices/<slug:number>", notices.proposal, name="notice_proposal"),
    path("console/notices/<slug:number>/decide", notices.decide, name="decide_notice"),
]
