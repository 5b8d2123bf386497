import pytest

from tests.sources.importing import Importer


@pytest.fixture
def importer(cast, settings, tmp_path) -> Importer:
    """Imports into the cast's office, keeping files in the test's own folder."""
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return Importer(cast.office)
