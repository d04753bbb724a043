"""What each auditor came to, in a line."""

from tests.auditors.autoconsent import Autoconsent
from tests.auditors.order import Seen, answers


def _sent(seen: Seen) -> str:
    acts = [told["act"] for visit in seen.visits for told in answers(visit)]
    return f"its browser sent {', '.join(acts) or 'no answer'}"


def of_radar(seen: Seen) -> str:
    """Say what cookieradar found."""
    found = seen.report["violations"]
    which = f" ({', '.join(found)})" if found else ""
    return f"{len(found)} violations{which}; {_sent(seen)}"


def of_scanner(seen: Seen) -> str:
    """Say what gdpr-cookie-scanner found."""
    given = seen.report["result"]["compliance"]
    issues = [one["description"] for one in given["issues"]]
    which = f" ({'; '.join(issues)})" if issues else ""
    return f"grade {given['grade']}, {given['total']} of 100, {len(issues)} issues{which}; {_sent(seen)}"


def of_autoconsent(auditor: Autoconsent) -> str:
    """Say what autoconsent found and did."""
    if not auditor.found("popupFound"):
        return "found nothing that asks"
    out = "opted out" if auditor.results("optOutResult") == [True] else "did not opt out"
    proven = "passed" if auditor.results("selfTestResult") == [True] else "did not pass"
    return f"found {', '.join(auditor.found('popupFound'))}, {out}, its own test {proven}"
