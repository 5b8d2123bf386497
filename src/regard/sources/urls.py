from django.urls import path

from regard.sources.views import mapping, quarantine, runs, silos, uploads

urlpatterns = [
    path("sources", silos.sources, name="sources-list"),
    path("sources/upload", uploads.upload, name="sources-upload"),
    path("sources/uploads/<int:pk>/map", mapping.map_columns, name="sources-map"),
    path("sources/mappings/<int:pk>", silos.mapping, name="sources-mapping"),
    path("sources/mappings/<int:pk>/download", silos.mapping_download, name="sources-mapping-download"),
    path("sources/runs/<int:pk>", runs.run, name="sources-run"),
    path("sources/runs/<int:pk>/progress", runs.progress, name="sources-run-progress"),
    path("sources/runs/<int:pk>/cancel", runs.cancel, name="sources-run-cancel"),
    path("sources/runs/<int:pk>/resume", runs.resume, name="sources-run-resume"),
    path("sources/runs/<int:pk>/take-back", runs.take_back, name="sources-run-take-back"),
    path("sources/runs/<int:pk>/quarantine", quarantine.quarantine, name="sources-quarantine"),
    path("sources/runs/<int:pk>/quarantine/download", quarantine.download, name="sources-quarantine-download"),
    path("sources/runs/<int:pk>/quarantine/release", quarantine.release, name="sources-quarantine-release"),
    path("sources/runs/<int:pk>/quarantine/set-aside", quarantine.set_aside, name="sources-quarantine-set-aside"),
    path("sources/rows/<int:pk>", quarantine.row, name="sources-row"),
    path("sources/rows/<int:pk>/fix", quarantine.row_fix, name="sources-row-fix"),
    path("sources/rows/<int:pk>/set-aside", quarantine.row_set_aside, name="sources-row-set-aside"),
    # Codes of sources come last: none may be called upload, uploads, mappings, runs or rows.
    path("sources/<slug:code>", silos.silo, name="sources-silo"),
    path("sources/<slug:code>/edit", silos.silo_edit, name="sources-silo-edit"),
]
