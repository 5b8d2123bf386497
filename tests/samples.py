"""Which real object each address is tried with, by `tests/test_every_url.py`.

A new address with a number or a code in it needs a line here: its name, and how to take its arguments from what
`tests/planted.py` plants. When nothing planted fits, plant one more.
"""

from collections.abc import Callable
from typing import Any

from regard.office import firstrun
from tests.planted import EMAIL, PHONE, Planted

Sample = Callable[[Planted], dict[str, Any]]

CASE: Sample = lambda p: {"number": p.case.number}  # noqa: E731 - a table of one-liners
CASES_OWN = (
    "case note reply accept resume next-step resolve assign transfer promise move-promise keep-promise pause "
    "recategorise amend merge withdraw close reopen undo"
)

CUSTOMERS_OWN = "sources update history merge split relate export"
CUSTOMER: Sample = lambda p: {"number": p.customer.number}  # noqa: E731

RUN: Sample = lambda p: {"pk": p.run.pk}  # noqa: E731
RUNS_OWN = (
    "run run-progress run-cancel run-resume run-take-back quarantine quarantine-download quarantine-release "
    "quarantine-set-aside"
)

FEEDBACK: Sample = lambda p: {"pk": p.feedback.pk}  # noqa: E731
FEEDBACK_OWN = "feedback take-up acknowledge assess answer close reopen assign note"

SURVEY: Sample = lambda p: {"pk": p.survey.pk}  # noqa: E731
SURVEYS_OWN = "edit texts question-new publish draft close open preview qr"
QUESTION: Sample = lambda p: {"pk": p.survey.pk, "code": "done"}  # noqa: E731

MEASURE: Sample = lambda _: {"slug": "cases-received"}  # noqa: E731

SAMPLES: dict[str, Sample] = {
    # office
    "office-first-run": lambda _: {"token": firstrun.first_run_path().rstrip("/").rpartition("/")[2]},
    "office-unit": lambda p: {"pk": p.cast.permits.pk},
    "office-staff-edit": lambda p: {"pk": p.cast.alice.pk},
    "office-staff-deactivate": lambda p: {"pk": p.cast.alice.pk},
    "office-staff-link": lambda p: {"pk": p.cast.alice.pk},
    "office-service": lambda p: {"pk": p.cast.fence.pk},
    "office-standard": lambda p: {"pk": p.cast.fence.pk, "stage": "resolve"},
    "office-calendar": lambda p: {"code": "counter"},
    "office-calendar-edit": lambda p: {"code": "counter"},
    "office-holiday": lambda p: {"code": "counter"},
    # records
    "records-entry": lambda p: {"pk": p.entry.pk},
    # customers
    "customers-customer": lambda p: {"number": p.customer.number},
    **{
        f"customers-{word}": CUSTOMER for word in ("sources", "update", "history", "merge", "split", "relate", "export")
    },
    "customers-undo": lambda p: {"number": p.customer.number, "pk": p.change.pk},
    "customers-relation-end": lambda p: {"number": p.customer.number, "pk": p.relation.pk},
    "customers-trust-edit": lambda p: {"code": p.silo.code},
    "customers-unlink": lambda p: {"number": p.customer.number, "pk": p.record.pk},
    # desk
    **{f"desk-{word}": CASE for word in CASES_OWN.split()},
    "desk-filter-default": lambda p: {"pk": p.saved_filter.pk},
    "desk-filter-delete": lambda p: {"pk": p.saved_filter.pk},
    "desk-handled": lambda p: {"pk": p.message.pk},
    "desk-retry": lambda p: {"pk": p.failed.pk},
    # voice
    **{f"voice-{word}": FEEDBACK for word in FEEDBACK_OWN.split()},
    **{f"voice-survey{word}": SURVEY for word in ("", *(f"-{word}" for word in SURVEYS_OWN.split()))},
    **{f"voice-survey-{word}": QUESTION for word in ("question", "move", "remove")},
    **{f"voice-respond{word}": lambda p: {"key": p.survey.key} for word in ("", "-embedded", "-thanks")},
    "voice-sample-new": SURVEY,
    "voice-a11-raw": SURVEY,
    "voice-a11-quarter": SURVEY,
    "measures-survey": SURVEY,
    **{f"voice-sample{word}": lambda p: {"pk": p.sample.pk} for word in ("", "-send", "-discard", "-remind")},
    "voice-respond-stop": lambda p: {"key": p.invitation.key},
    "voice-said": lambda p: {"key": p.loop.key},
    "voice-you-said": lambda p: {"code": p.cast.office.code},
    **{f"voice-improvement{word}": lambda p: {"pk": p.improvement.pk} for word in ("", "-publish", "-withdraw")},
    # sources
    "sources-map": lambda p: {"pk": p.upload.pk},
    "sources-mapping": lambda p: {"pk": p.mapping.pk},
    "sources-mapping-download": lambda p: {"pk": p.mapping.pk},
    **{f"sources-{word}": RUN for word in RUNS_OWN.split()},
    "sources-row": lambda p: {"pk": p.row.pk},
    "sources-row-fix": lambda p: {"pk": p.row.pk},
    "sources-row-set-aside": lambda p: {"pk": p.row.pk},
    "sources-silo": lambda p: {"code": p.silo.code},
    "sources-silo-edit": lambda p: {"code": p.silo.code},
    # measures
    **{f"measures-{word}": MEASURE for word in ["measure", "export", "rows", "rows-export"]},
    # goals
    **{f"goals-{word}": lambda p: {"pk": p.goal_set.pk} for word in ("goalset", "goalset-edit", "review", "end")},
    **{f"goals-{word}": lambda p: {"pk": p.draft.pk} for word in ("questions", "activate", "goal-new")},
    **{f"goals-{word}": lambda p: {"pk": p.goal.pk} for word in ("goal", "change", "enter", "found")},
    **{f"goals-{word}": lambda p: {"pk": p.idea.pk} for word in ("goal-edit", "goal-remove", "gaming-new")},
    **{f"goals-{word}": lambda p: {"pk": p.gaming.pk} for word in ("guards", "gaming-remove")},
    # the account
    "account_confirm_email": lambda _: {"key": "x"},
    "account_reset_password_from_key": lambda _: {"uidb36": "1", "key": "set-password"},
    "mfa_remove_webauthn": lambda _: {"pk": 1},
    "mfa_edit_webauthn": lambda _: {"pk": 1},
}

#: Addresses with a code that each office uses for its own: an outsider gets an answer, with nothing of ours in it.
SHARED_NAMES = {
    *("office-calendar", "office-calendar-edit", "office-holiday"),
    *("measures-measure", "measures-export", "measures-rows", "measures-rows-export"),
}

#: Pages that show, to whoever holds their link, what belongs to that person or was published: with the reason.
BY_LINK: dict[str, str] = {
    "voice-said": "the private link of who told us; tests/voice/test_pages.py has a wrong one",
    **dict.fromkeys(
        ("voice-respond", "voice-respond-embedded", "voice-respond-thanks", "voice-respond-stop"),
        "a survey's open link",
    ),
    "voice-you-said": "what a person published; the name of the office stands above it",
}

#: Query strings that lists and searches are tried with as well.
QUERIES: dict[str, list[str]] = {
    "customers-search": [
        f"?q={EMAIL.replace('@', '%40')}",
        f"?q={PHONE.replace('+', '%2B')}",
        "?q=C{case}",
        "?q=fence",
    ],
    "customers-export": ["?format=json", "?format=csv"],
    "customers-merge": ["?with=K{twin}", "?q=penny"],
    "customers-review": ["?pair={pair}"],
    "desk-cases": ["?q=fence", "?unit={unit}", "?owner={alice}", "?service={service}", "?overdue=on"],
    "desk-export": ["?q=fence", "?unit={unit}"],
    "desk-new": ["?customer={customer}", "?contact={contact}"],
    "desk-log": ["?customer={customer}", "?case={case}"],
    "office-staff": ["?state=all&unit={unit}", "?q=alice"],
    "office-services": ["?state=all&unit={unit}"],
    "office-unit-add": ["?parent={unit}"],
    "records-audit": ["?object_type=desk.case", "?object_type=desk.case&object_id={case}"],
    "records-viewings": ["?object_type=customers.customer"],
    "records-export": ["?object_type=desk.case"],
    "voice-register": [
        "?unit={unit}",
        "?kind=complaint",
        "?words=slow",
        "?state=open&owner={alice}&overdue=on&sort=due",
    ],
    "voice-improvement-new": ["?feedback={feedback}"],
    "voice-log": ["?customer=K{customer}&kind=compliment"],
    "voice-thanks": ["?mine=on"],
    "sources-upload": ["?silo={silo}"],
    "measures-measure": ["?unit={unit}", "?service={service}&by=channel"],
    "measures-rows": ["?unit={unit}", "?service={service}"],
    "measures-survey": ["?whose=all&by=channel"],
    "goals-goal-new": ["?kind=value"],
}

MFA_OWN = (
    "mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes mfa_reauthenticate_webauthn "
    "mfa_remove_webauthn mfa_edit_webauthn"
)

#: Addresses that an insider may not open either, with the reason.
NOT_THERE: dict[str, str] = {
    "office-empty": "only while nobody is on the staff",
    "office-first-run": "only while nobody is on the staff",
    "office-demo-sign-in": "only in a demo office",
    "voice-a11-raw": "only of the federal form; tests/voice/test_a11.py has one",
    "voice-a11-quarter": "only of the federal form before 2024; tests/voice/test_a11.py has one",
    "ui-styleguide": "only with DEBUG",
    "account_email": "addresses are kept by administrators",
    "account_confirm_email": "addresses are kept by administrators",
    "account_email_verification_sent": "addresses are kept by administrators",
    "account_confirm_login_code": "nobody signs in by a code sent by mail",
    **dict.fromkeys(MFA_OWN.split(), "only for who has set up two-step sign-in; the library keeps it to its owner"),
}
