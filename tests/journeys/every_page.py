"""Every address of Sayso, of the shop, of its partner and of the mailbox, and who can look at it.

A new page is one line here; `test_every_page.py` fails while the line is missing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """One page: whose it is, what it is called, in which browser it is opened, and where it stands.

    `state` tells two looks at one page apart, and `sees` is what must be on it then. `lands` names the page
    that an address leads on to.
    """

    house: str
    name: str
    who: str
    path: str
    lands: str = ""
    state: str = ""
    sees: str = "h1"
    status: int = 200

    @property
    def title(self) -> str:
        """Name it in a report."""
        return f"{self.house} {self.name} {self.state} ({self.who})".replace("  ", " ")


SAYSO = (
    Stop("sayso", "centre:front", "nobody", "/", lands="centre:home"),
    Stop("sayso", "centre:home", "nobody", "/centre/", state="before any answer"),
    Stop("sayso", "centre:home", "ada", "/centre/", sees="section .state.yes"),
    Stop("sayso", "centre:choices", "nobody", "/centre/choices", state="before any answer"),
    Stop("sayso", "centre:choices", "ada", "/centre/choices", sees=".state.yes"),
    Stop("sayso", "centre:data", "nobody", "/centre/data", state="before any answer"),
    Stop("sayso", "centre:data", "ada", "/centre/data", sees="#correct"),
    Stop("sayso", "centre:history", "nobody", "/centre/history", state="before any answer"),
    Stop("sayso", "centre:history", "ada", "/centre/history", sees="article.answer"),
    Stop("sayso", "centre:proof", "ada", "/centre/proof/{event}"),
    Stop("sayso", "centre:looks", "ada", "/centre/looks", sees="article.card"),
    Stop("sayso", "centre:confirm", "nobody", "{yes}", state="with its secret", sees="button[value=yes]"),
    Stop("sayso", "centre:confirm", "nobody", "/confirm/none", state="without its secret", sees="#secret"),
    Stop("sayso", "centre:changes", "nobody", "/centre/changes", state="before any answer"),
    Stop("sayso", "centre:changes", "ada", "/centre/changes", sees="section.card"),
    Stop("sayso", "centre:change_link", "nobody", "/c/{copy}", state="without its secret", sees="#secret"),
    Stop("sayso", "centre:rules", "nobody", "/centre/rules", state="before any answer"),
    Stop("sayso", "centre:rules", "ada", "/centre/rules"),
    Stop("sayso", "centre:age", "nobody", "/centre/age", state="before any answer"),
    Stop("sayso", "centre:age", "ada", "/centre/age", sees="#month"),
    Stop("sayso", "centre:age", "ben", "/centre/age", state="a child", sees=".note"),
    Stop("sayso", "centre:choices", "ben", "/centre/choices", state="in plain words", sees="#guardian"),
    Stop("sayso", "centre:guardian", "ada", "/centre/guardian", state="nobody asked", sees=".empty"),
    Stop("sayso", "centre:guardian", "cleo", "/centre/guardian", sees="ul.rows a"),
    Stop("sayso", "centre:ward", "cleo", "/centre/guardian/{ward}", sees="section.purpose"),
    Stop("sayso", "centre:devices", "ada", "/centre/devices", sees="article form"),
    Stop("sayso", "centre:unlink_device", "ada", "/centre/devices/{device}/unlink", sees="button.danger"),
    Stop(
        "sayso",
        "centre:unlink_address",
        "ada",
        "/centre/addresses/{number}/unlink",
        state="a number",
        sees="button.danger",
    ),
    Stop(
        "sayso",
        "centre:unlink_address",
        "ada",
        "/centre/addresses/{way_in}/unlink",
        state="the only way in",
    ),
    Stop("sayso", "centre:join", "arriving", "/centre/join", sees="input[name=choice]"),
    Stop("sayso", "centre:step_up", "ada", "/centre/step-up/delete", sees="#code"),
    Stop("sayso", "centre:download", "arriving", "/centre/download", state="before the proof"),
    Stop("sayso", "centre:download", "ada", "/centre/download", state="after the proof", sees="main form"),
    Stop("sayso", "centre:delete", "ada", "/centre/delete", state="before the proof"),
    Stop("sayso", "centre:delete", "leaving", "/centre/delete", state="with its plan", sees="#confirm"),
    Stop("sayso", "centre:requests", "ada", "/centre/requests"),
    Stop(
        "sayso",
        "centre:request",
        "ada",
        "/centre/requests/{copy}",
        state="a copy",
        sees="form[action$=package]",
    ),
    Stop("sayso", "centre:request", "ada", "/centre/requests/{correction}", state="a correction"),
    Stop("sayso", "centre:request_link", "nobody", "{link}", state="with its secret", sees="dl.facts"),
    Stop("sayso", "centre:request_link", "nobody", "/r/{copy}", state="without its secret", sees="#secret"),
    Stop("sayso", "centre:current_notice", "nobody", "/notice", lands="centre:notice"),
    Stop("sayso", "centre:notice", "nobody", "/notice/{version}"),
    Stop("sayso", "centre:notice", "nobody", "/notice/sha256:none", state="unknown", status=404),
    Stop(
        "sayso", "centre:opt_out", "nobody", "/privacy-choices", state="without a cookie", sees="#identifier"
    ),
    Stop("sayso", "centre:opt_out", "ada", "/privacy-choices", state="signed in", sees="#here"),
    Stop("sayso", "centre:verify", "nobody", "/verify", sees="#start"),
    Stop("sayso", "account_login", "nobody", "/sign-in"),
    Stop("sayso", "account_request_login_code", "nobody", "/sign-in", lands="account_login"),
    Stop("sayso", "account_confirm_login_code", "waiting", "/sign-in/code", sees="#code"),
    Stop("sayso", "mfa_authenticate", "halfway", "/sign-in/second", sees="#code"),
    Stop("sayso", "centre:security", "arriving", "/centre/security", state="without a passkey"),
    Stop("sayso", "centre:security", "secured", "/centre/security", state="with a passkey", sees="#codes"),
    Stop("sayso", "console:home", "otto", "/console/", lands="console:queue"),
    Stop("sayso", "console:queue", "otto", "/console/requests", sees="table, .empty"),
    Stop(
        "sayso", "console:queue", "otto", "/console/requests?show=late", state="with nothing", sees=".empty"
    ),
    Stop("sayso", "console:request", "otto", "/console/requests/{copy}", state="a copy"),
    Stop("sayso", "console:request", "dev", "/console/requests/{proposed}", state="to decide", sees="#why"),
    Stop("sayso", "console:record", "otto", "/console/record", sees="table"),
    Stop("sayso", "console:people", "dev", "/console/people", sees="input[name=role]"),
    Stop("sayso", "console:person", "dev", "/console/people/{look}", sees="button[value=no]"),
    Stop(
        "sayso", "console:person", "otto", "/console/people/{asked_for}", state="an officer", sees="#delete"
    ),
    Stop(
        "sayso", "console:request", "otto", "/console/requests/{deletion}", state="a deletion", sees="#plan"
    ),
    Stop("sayso", "console:notices", "otto", "/console/notices", sees="#notice"),
    Stop("sayso", "console:notice_proposal", "otto", "{notice}", sees=".differs .was"),
)
SAYSO += (
    Stop("sayso", "centre:complain", "nobody", "/centre/complain", state="before any answer"),
    Stop("sayso", "centre:complain", "ada", "/centre/complain", sees="textarea"),
    Stop("sayso", "console:asks", "mara", "/console/asks", sees="table"),
    Stop("sayso", "console:new_ask", "mara", "/console/new-ask", sees="textarea"),
    Stop("sayso", "console:ask", "mara", "/console/asks/postcode", sees="#versions"),
    Stop("sayso", "console:ask_preview", "mara", "/console/asks/postcode/preview", sees="section.ask"),
    Stop("sayso", "console:reach", "mara", "/console/reach", sees="svg.bar"),
    Stop("sayso", "console:fields", "otto", "/console/fields", sees="table"),
    Stop("sayso", "console:proposal", "otto", "/console/fields/proposals/{proposal}"),
    Stop("sayso", "console:complaints", "otto", "/console/complaints"),
    Stop("sayso", "console:erased", "otto", "/console/erased", sees="#typed"),
    Stop("sayso", "console:erased_look", "otto", "/console/erased/{agreed}"),
)
SHOP = (
    Stop("shop", "home", "nobody", "/", state="with the banner", sees="sayso-banner .banner"),
    Stop("shop", "home", "ada", "/?opened=p-037", state="with suggestions", sees=".why[open]"),
    Stop("shop", "shelves", "ada", "/shelves"),
    Stop("shop", "shelves", "ada", "/shelves?colour=blue&type=swing", state="nothing found"),
    Stop("shop", "product", "ada", "/products/p-037"),
    Stop("shop", "product", "ada", "/products/p-999", state="unknown", status=404),
    Stop("shop", "basket", "nobody", "/basket", state="empty"),
    Stop("shop", "basket", "ada", "/basket", sees="ul.lines"),
    Stop("shop", "checkout", "ada", "/checkout", sees="form.fields"),
    Stop("shop", "order", "ada", "/orders/{order}"),
    Stop("shop", "thanks", "buying", "/orders/{asked}/thanks", state="with the question", sees="section.ask"),
    Stop(
        "shop",
        "thanks",
        "ada",
        "/orders/{order}/thanks?answered=given",
        state="after a yes",
        sees="ol.suggested",
    ),
    Stop("shop", "notice", "nobody", "/privacy-policy", lands="centre:notice"),
    Stop("shop", "age", "nobody", "/age", state="before any answer"),
    Stop("shop", "age", "ada", "/age", sees="#month"),
    Stop("shop", "behind", "nobody", "/behind", state="before any answer"),
    Stop("shop", "behind", "ada", "/behind", sees="table"),
    Stop("shop", "letters", "nobody", "/staff/letters"),
)
OTHERS = (
    Stop("partner", "audience", "nobody", "/", sees="table"),
    Stop("mailbox", "letters", "nobody", "/", sees="article"),
)
STOPS = SAYSO + SHOP + OTHERS

FORMS = {  # addresses that only take what a button sends; opened by hand they say so
    "sayso": {
        "centre:stop": "/centre/stop",
        "centre:answer_change": "/centre/changes/answer",
        "centre:read_changes": "/centre/changes/read",
        "console:draft_notice": "/console/notices/draft",
        "console:decide_notice": "/console/notices/x/decide",
        "centre:answer": "/centre/choices/personalise",
        "centre:correct": "/centre/data/correct",
        "centre:ask_guardian": "/centre/guardian/ask",
        "centre:leave_guardian": "/centre/guardian/leave",
        "centre:accept_ward": "/centre/guardian/none/accept",
        "centre:decline_ward": "/centre/guardian/none/decline",
        "centre:confirm_ward": "/centre/guardian/none/confirm",
        "centre:end_ward": "/centre/guardian/none/end",
        "centre:answer_for_ward": "/centre/guardian/none/answer/personalise",
        "centre:prefer": "/centre/data/prefer",
        "centre:take_back": "/centre/data/take-back",
        "centre:name_device": "/centre/devices/{device}/name",
        "centre:send_code": "/centre/step-up/delete/code",
        "centre:passkey_proof": "/centre/step-up/delete/passkey",
        "centre:add_passkey": "/centre/security/passkeys",
        "centre:remove_passkey": "/centre/security/passkeys/1/remove",
        "centre:new_codes": "/centre/security/codes",
        "account_passkey": "/sign-in/passkey",
        "centre:package": "/centre/requests/{copy}/package",
        "centre:confirm_deletion": "/centre/requests/{copy}/confirm",
        "centre:cancel": "/centre/requests/{copy}/cancel",
        "centre:opt_out_browser": "/privacy-choices/browser",
        "centre:lift": "/privacy-choices/lift",
        "console:phone": "/console/people/none/phone",
        "console:propose": "/console/people/none/delete",
        "console:evidence": "/console/requests/{copy}/evidence",
        "console:approve": "/console/requests/{copy}/approve",
        "console:decline": "/console/requests/{copy}/decline",
        "centre:language": "/language",
        "account_logout": "/sign-out",
        "console:publish_ask": "/console/asks/postcode/publish",
        "console:end_ask": "/console/asks/postcode/end",
        "console:propose_drop": "/console/fields/propose",
        "console:decide_erased": "/console/erased/none/decide",
        "console:decide_drop": "/console/fields/proposals/{proposal}/decide",
    },
    "shop": {"put": "/basket/p-001", "switch": "/reasons"},
}
FILES = {  # addresses that answer with a file, the kind of it, and for whom where that is not Ada
    "sayso": {
        "centre:proof_file": ("/centre/proof/{event}/receipt.json", "application/json"),
        "centre:gpc_support": ("/.well-known/gpc.json", "application/json"),
        "console:queue_file": ("/console/requests.csv", "text/csv", "otto"),
        "console:record_csv": ("/console/record.csv", "text/csv", "otto"),
        "console:record_json": ("/console/record.json", "application/json", "otto"),
    },
    "shop": {
        "swatch": ("/swatch/p-001.svg", "image/svg+xml"),
        "style": ("/shop.css", "text/css"),
        "healthz": ("/healthz", "text/plain"),
        "gpc_support": ("/.well-known/gpc.json", "application/json"),
        "privacy": ("/privacy/sayso.js", "text/javascript"),
    },
}
