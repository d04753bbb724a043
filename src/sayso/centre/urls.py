"""The addresses of the privacy centre. The first few carry the names allauth looks them up by."""

from django.urls import URLPattern, URLResolver, include, path

from sayso.centre.pages import (
    choices,
    data,
    history,
    home,
    language,
    link,
    notice,
    requests,
    rules,
    sign_in,
    step_up,
    verify,
)

pages: list[URLPattern | URLResolver] = [
    path("", home.front, name="front"),
    path("centre/", home.home, name="home"),
    path("centre/stop", home.stop, name="stop"),
    path("centre/choices", choices.choices, name="choices"),
    path("centre/choices/<slug:purpose>", choices.answer, name="answer"),
    path("centre/data", data.data, name="data"),
    path("centre/data/correct", data.correct, name="correct"),
    path("centre/data/prefer", data.prefer, name="prefer"),
    path("centre/data/take-back", data.take_back, name="take_back"),
    path("centre/history", history.history, name="history"),
    path("centre/proof/<slug:event>", history.proof, name="proof"),
    path("centre/proof/<slug:event>/receipt.json", history.proof_file, name="proof_file"),
    path("centre/rules", rules.rules, name="rules"),
    path("centre/join", sign_in.join, name="join"),
    path("centre/step-up/<slug:act>", step_up.step_up, name="step_up"),
    path("centre/step-up/<slug:act>/code", step_up.send_code, name="send_code"),
    path("centre/download", requests.download, name="download"),
    path("centre/delete", requests.delete, name="delete"),
    path("centre/requests", requests.requests, name="requests"),
    path("centre/requests/<slug:number>", requests.one_request, name="request"),
    path("centre/requests/<slug:number>/package", requests.package, name="package"),
    path("centre/requests/<slug:number>/confirm", requests.confirm_deletion, name="confirm_deletion"),
    path("centre/requests/<slug:number>/cancel", requests.cancel, name="cancel"),
    path("r/<slug:number>", link.request_link, name="request_link"),
    path("notice", notice.current_notice, name="current_notice"),
    path("notice/<str:version>", notice.notice, name="notice"),
    path("verify", verify.verify, name="verify"),
    path("language", language.set_language, name="language"),
]
urlpatterns = [
    path("sign-in", sign_in.ask_address, name="account_login"),
    path("sign-in", sign_in.ask_address, name="account_request_login_code"),
    path("sign-in/code", sign_in.ask_code, name="account_confirm_login_code"),
    path("sign-out", sign_in.sign_out, name="account_logout"),
    path("", include((pages, "centre"))),
]
