"""She says what is wrong, in her own words."""

from django.test import Client

from sayso.rights.models import Complaint
from tests.centre.conftest import Answering


def test_she_files_a_complaint_and_sees_it_as_she_wrote_it(browser: Client, answered: Answering) -> None:
    answered(newsletter="given")
    told = {"about": "newsletter", "text": "Four letters\na week."}
    assert browser.post("/centre/complain", told)["Location"] == "/centre/complain"
    text = browser.get("/centre/complain").content.decode()
    assert "Four letters\na week." in text
    assert "Letters by e-mail" in text


def test_an_empty_complaint_is_not_filed_and_says_why(browser: Client, answered: Answering) -> None:
    answered(newsletter="given")
    answer = browser.post("/centre/complain", {"about": "", "text": " "})
    assert answer.status_code == 422
    assert "Write what is wrong" in answer.content.decode()


def test_somebody_we_do_not_know_is_given_an_address_to_write_to(browser: Client, published: str) -> None:
    text = browser.get("/centre/complain").content.decode()
    assert "hello@linenandloom.example.test" in text
    browser.post("/centre/complain", {"about": "", "text": "Hello?"})
    assert not Complaint.objects.exists()
