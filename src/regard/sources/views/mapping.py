"""The mapping wizard: what was found in a file, what its columns become, what would come of it, and the import.

All of its state is in the form: every button posts the whole of it, and nothing is kept before the import starts.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from regard.office.access import open_to, staff_of
from regard.office.actions import ensure_silo
from regard.office.models import Silo, Staff
from regard.sources import actions
from regard.sources.access import CHANGE, get_mapping_for, get_run_for, get_silo_for, get_upload_for, sources_seen_by
from regard.sources.answers import base_from, base_text, draft_from, read_answers, read_from
from regard.sources.forms import NEW, BasicsForm, time_zones
from regard.sources.labels import question_words
from regard.sources.mapping import AmbiguousDatesError, DateQuestion, Mapping, MappingError, fingerprint_of
from regard.sources.models import Mapping as SavedMapping
from regard.sources.models import Run, Upload
from regard.sources.previewing import Opened, Preview, opened, preview
from regard.sources.queries import mappings_of, newest_version, remembered_mapping, run_of_same_file, waiting_rows
from regard.sources.readers import ReadError, ReadOptions
from regard.sources.views import wizardpage
from regard.sources.wizard import Draft, draft_of, mapping_of, unfinished

FORM, TEXT = "form", "text"


@open_to(*CHANGE)
@require_http_methods(["GET", "POST"])
def map_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns of an uploaded file become, look at the outcome, and import it."""
    staff = staff_of(request)
    upload = get_upload_for(staff, pk)
    again = _again(request, staff, upload)
    start = newest_version(again.mapping) if again else _start(request, staff)
    base = base_from(request.POST.get("base", ""))
    read = _posted_read(request, base) if request.method == "POST" else _read_of(start)
    try:
        with opened(upload, read) as found:
            desk = _Desk(request, staff, upload, found, again)
            return desk.answer(read, base) if request.method == "POST" else desk.page(desk.opening(start))
    except ReadError as refusal:
        context = {"upload": upload, "refusal": refusal, "read": read_answers(read)}
        status = 422 if request.method == "POST" else 200
        return render(request, "sources/map_unread.html", context, status=status)


def _again(request: HttpRequest, staff: Staff, upload: Upload) -> Run | None:
    """The import whose waiting rows are to be read by the corrected mapping, when the page was opened for that."""
    told = request.POST.get("run") or request.GET.get("run", "")
    if not told:
        return None
    run = get_run_for(staff, int(told) if told.isdecimal() and len(told) < 10 else 0)
    if run.upload_id != upload.pk:
        raise Http404("This file belongs to another import.")
    return run


def _start(request: HttpRequest, staff: Staff) -> SavedMapping | None:
    """The mapping that the address asks to start from."""
    told = request.GET.get("mapping", "")
    return get_mapping_for(staff, int(told)) if told.isdecimal() and len(told) < 10 else None


def _read_of(start: SavedMapping | None) -> ReadOptions:
    return Mapping.from_toml(start.toml).read if start else ReadOptions()


def _posted_read(request: HttpRequest, base: Mapping | None) -> ReadOptions:
    """How to read the file: as the text says, or as the fields say."""
    if request.POST.get("mode") == TEXT:
        told = base_from(request.POST.get("toml", ""))
        return told.read if told else ReadOptions()
    return read_from(request.POST, base.read if base else None)


@dataclass
class Sheet:
    """The wizard's page while it is being answered."""

    form: BasicsForm
    draft: Draft
    mode: str = FORM
    text: str = ""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: tuple[DateQuestion, ...] = ()
    preview: Preview | None = None
    remembered: SavedMapping | None = None
    whys: dict[str, wizardpage.Why] = field(default_factory=dict)


def _named(draft: Draft) -> Draft:
    """The draft with a code for its source: one can look at what comes of a file before the source has a name."""
    return replace(draft, silo=draft.silo or "new")


@dataclass(frozen=True)
class _Desk:
    """One request to the wizard, with the file open before it."""

    request: HttpRequest
    staff: Staff
    upload: Upload
    found: Opened
    again: Run | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.found.raw.columns

    # --- the first look ----------------------------------------------------------------------------

    def opening(self, start: SavedMapping | None) -> Sheet:
        """The page before anything is answered: a remembered mapping, or a proposal."""
        code = self.request.GET.get("source", "")
        silo = start.silo if start else get_silo_for(self.staff, code) if code else None
        if start is None:
            start = remembered_mapping(silo, fingerprint_of(self.columns), sources_seen_by(self.staff))
        if start is not None:
            sheet = self._fresh(start.silo, Mapping.from_toml(start.toml))
            sheet.remembered = start
        else:
            zone, name = wizardpage.usual_zone(self.staff, silo), Path(self.upload.name).stem
            told = wizardpage.proposed(self.found, silo=silo, zone=zone, name=name)
            sheet = self._fresh(silo, told.mapping)
            sheet.whys, sheet.questions = told.whys, told.questions
            if told.questions:
                sheet.form.initial["date_order"] = None  # no answer is suggested
        self._look_ahead(sheet)
        return sheet

    def _fresh(self, silo: Silo | None, mapping: Mapping) -> Sheet:
        draft = draft_of(mapping, self.columns)
        initial = wizardpage.basics_of(draft) | {
            "source": silo.code if silo else NEW,
            "new_code": "" if silo else draft.silo,
            "new_unit": self.staff.unit_id,
        }
        return Sheet(BasicsForm(staff=self.staff, initial=initial), draft)

    def _look_ahead(self, sheet: Sheet) -> None:
        """Show what would come of it, if that can be told already. What is missing shows at the questions."""
        if sheet.questions:
            return
        try:
            sheet.preview = preview(self.found, mapping_of(_named(sheet.draft), self.columns))
        except AmbiguousDatesError as doubt:
            sheet.questions = doubt.questions
        except MappingError:
            pass

    # --- an answer -----------------------------------------------------------------------------------

    def answer(self, read: ReadOptions, base: Mapping | None) -> HttpResponse:
        """What a button of the form asks for."""
        sheet = self._posted(read, base)
        asked = self.request.POST.get("do", "preview")
        if asked == TEXT and sheet.mode == FORM:
            self._as_text(sheet)
        elif asked == FORM and sheet.mode == TEXT:
            self._as_form(sheet)
        elif asked in ("preview", "import") and not sheet.notes:
            spec = self._previewed(sheet)
            run = self._import(sheet, spec) if asked == "import" and spec is not None else None
            if run is not None:
                return redirect("sources-run", run.pk)
        return self.page(sheet)

    def _posted(self, read: ReadOptions, base: Mapping | None) -> Sheet:
        """The page as it was posted. Its columns are proposed anew when the file reads with other ones, when its
        rows are said to be something else, or when that is asked for."""
        posted = self.request.POST
        mode = TEXT if posted.get("mode") == TEXT else FORM
        importing = posted.get("do") == "import"
        form = BasicsForm(posted, staff=self.staff, as_text=mode == TEXT, needs_source=importing)
        form.is_valid()
        basics = form.basics()
        draft = draft_from(posted, self.columns, basics, read, base)
        if len(self.columns) > wizardpage.MOST_COLUMNS and base is not None:  # the form had no place for them
            draft = wizardpage.with_basics(draft_of(base, self.columns), basics, read)
        sheet = Sheet(form, draft, mode, posted.get("toml", ""))
        sheet.whys = wizardpage.whys_posted(posted, self.columns)
        why = ""
        if posted.get("header") != fingerprint_of(self.columns):
            why = "The file now reads with other columns, so what they become is proposed anew."
        elif base is not None and base.targets[0].into != basics.into:
            why = "Its rows are something else now, so what the columns become is proposed anew."
        elif posted.get("do") == "again":
            why = "What the columns become is proposed anew."
        if why and mode == FORM:
            name = basics.name or Path(self.upload.name).stem
            told = wizardpage.proposed(self.found, silo=form.silo, zone=basics.time_zone, name=name, into=basics.into)
            sheet.draft = wizardpage.with_basics(draft_of(told.mapping, self.columns), basics, read)
            sheet.whys, sheet.questions = told.whys, () if basics.date_order else told.questions
            sheet.notes.append(why)
            self._look_ahead(sheet)
        return sheet

    def _as_text(self, sheet: Sheet) -> None:
        """What is still missing is said when one looks at what comes of it."""
        try:
            sheet.text = unfinished(_named(sheet.draft), self.columns).to_toml()
        except MappingError as wrong:
            sheet.problems += wrong.problems
        else:
            sheet.mode = TEXT

    def _as_form(self, sheet: Sheet) -> None:
        try:
            mapping = Mapping.from_toml(sheet.text)
        except MappingError as wrong:
            sheet.problems += wrong.problems
            return
        sheet.draft = draft_of(mapping, self.columns)
        sheet.form = sheet.form.renewed(wizardpage.basics_of(sheet.draft))
        sheet.mode = FORM

    def _previewed(self, sheet: Sheet) -> Mapping | None:
        """The mapping that the page says, tried on the file. Leaves on the page what is wrong, or what comes of it."""
        try:
            if sheet.mode == FORM and not sheet.form.is_valid():
                return None
            is_text = sheet.mode == TEXT
            spec = Mapping.from_toml(sheet.text) if is_text else mapping_of(_named(sheet.draft), self.columns)
            sheet.preview = preview(self.found, spec)
        except AmbiguousDatesError as doubt:
            sheet.questions = doubt.questions
            if sheet.mode == TEXT:
                sheet.problems += doubt.problems
            else:
                sheet.form.add_error("date_order", question_words(doubt.questions[0]))
            return None
        except MappingError as wrong:
            sheet.problems += wrong.problems
            return None
        return spec

    def _import(self, sheet: Sheet, spec: Mapping) -> Run | None:
        """Keep the mapping and start the run; None, with the reason on the page, when that is refused."""
        if not sheet.form.is_valid():
            return None
        told: dict[str, Any] = sheet.form.cleaned_data
        new = {"unit": told["new_unit"], "code": told["new_code"], "name": told["new_name"]}
        header = fingerprint_of(self.columns)
        if self.again is not None and sheet.form.silo != self.again.silo:
            sheet.problems.append(f"The rows that wait are of {self.again.silo.name}. Choose it as the source.")
            return None
        try:
            if self.again is not None:
                return actions.remap_rows(by=self.staff, run=self.again, spec=spec, fingerprint=header)
            with transaction.atomic():  # no source without its import
                silo = sheet.form.silo or ensure_silo(by=self.staff, **new, time_zone=spec.time_zone)
                return actions.import_upload(
                    by=self.staff, upload=self.upload, silo=silo, spec=spec, fingerprint=header
                )
        except (actions.ImportRefusedError, ValidationError) as refusal:
            sheet.problems += getattr(refusal, "messages", [str(refusal)])
            return None

    def _earlier(self, sheet: Sheet) -> list[SavedMapping]:
        """Other mappings of the chosen source that one could start from."""
        silo = sheet.form.silo
        found = mappings_of(silo) if silo is not None and self.again is None else []
        return [mapping for mapping in found if mapping != sheet.remembered]

    # --- the page --------------------------------------------------------------------------------------

    def page(self, sheet: Sheet) -> HttpResponse:
        """The form with everything on it; status 422 when something on it is wrong."""
        context = wizardpage.context_of(self.found, sheet.preview) | {
            "upload": self.upload,
            "sheet": sheet,
            "form": sheet.form,
            "is_text": sheet.mode == TEXT,
            "base": base_text(sheet.draft.base) if sheet.draft.base else "",
            "header": fingerprint_of(self.columns),
            "read": read_answers(sheet.draft.read),
            "zones": time_zones(),
            "again": self.again,
            "waiting": waiting_rows(self.again).count() if self.again else 0,
            "twin": None if self.again else run_of_same_file(self.staff, self.upload),
            "earlier": self._earlier(sheet),
        }
        if sheet.mode == FORM:
            context |= wizardpage.questions_of(self.found, sheet.draft, sheet.whys)
        wrong = bool(sheet.problems or (sheet.form.is_bound and sheet.form.errors))
        return render(self.request, "sources/map.html", context, status=422 if wrong else 200)
