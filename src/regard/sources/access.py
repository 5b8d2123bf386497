"""Who may reach which sources, files and imports."""

from django.db.models import Q, QuerySet
from django.http import Http404

from regard.office.access import silos_seen_by
from regard.office.models import Silo, Staff
from regard.office.roles import Role
from regard.sources.models import Mapping, QuarantinedRow, Run, Upload
from regard.sources.queries import runs_seen_by

LOOK = (Role.ANALYST, Role.ADMINISTRATOR, Role.SUPERVISOR)
CHANGE = (Role.ANALYST, Role.ADMINISTRATOR)


def sources_seen_by(staff: Staff) -> QuerySet[Silo]:
    """The silos that files come from, of the units this person may see; Regard's own is none of them."""
    return silos_seen_by(staff).filter(is_own=False)


def get_silo_for(staff: Staff, code: str) -> Silo:
    """The silo, or Http404."""
    silo = sources_seen_by(staff).filter(code=code).first()
    if silo is None:
        raise Http404("No such source.")
    return silo


def get_mapping_for(staff: Staff, mapping_id: int) -> Mapping:
    """One version of a mapping, or Http404."""
    found = Mapping.objects.filter(pk=mapping_id, silo__in=silos_seen_by(staff)).select_related("silo").first()
    if found is None:
        raise Http404("No such mapping.")
    return found


def get_run_for(staff: Staff, run_id: int) -> Run:
    """The run, or Http404 when this person may not see its silo."""
    run = runs_seen_by(staff).filter(pk=run_id).first()
    if run is None:
        raise Http404("No such import.")
    return run


def get_row_for(staff: Staff, row_id: int) -> QuarantinedRow:
    """The quarantined row, or Http404."""
    found = QuarantinedRow.objects.filter(pk=row_id, run__in=runs_seen_by(staff).values("pk"))
    row = found.select_related("run__silo", "run__mapping", "released_by").first()
    if row is None:
        raise Http404("No such row.")
    return row


def get_upload_for(staff: Staff, upload_id: int) -> Upload:
    """An uploaded file: one's own until it belongs to a silo, then that of whoever sees the silo. Http404 otherwise."""
    mine = Q(silo=None, received_by=staff.email)
    found = Upload.objects.filter(mine | Q(silo__in=silos_seen_by(staff)), pk=upload_id).select_related("silo").first()
    if found is None:
        raise Http404("No such file.")
    return found
