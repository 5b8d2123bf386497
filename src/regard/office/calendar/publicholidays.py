"""Public holidays by country and state, from the `holidays` library."""

from collections.abc import Iterable
from datetime import date


def holiday_dates(
    country: str, subdivision: str | None, years: Iterable[int], language: str | None = None
) -> dict[date, str]:
    """Public holidays of a country (ISO 3166-1 alpha-2) and, if given, its state or province: date -> name.

    Days in lieu ("observed") are included. Raises ValueError for a country or subdivision that is not known.
    """
    # The library is large and only needed when a calendar is written, never on a page that reads one.
    import holidays

    places = holidays.list_supported_countries(include_aliases=True)
    code = country.strip().upper()
    if code not in places:
        raise ValueError(f"No holidays are known for country {country!r}: use a two-letter code such as 'US'.")
    if subdivision and subdivision not in places[code]:
        known = ", ".join(places[code]) or "none"
        raise ValueError(f"No holidays are known for {subdivision!r} in {code}. Known there: {known}.")
    found = holidays.country_holidays(code, subdiv=subdivision or None, years=sorted(set(years)), language=language)
    return dict(sorted(found.items()))


def holiday_places() -> dict[str, tuple[str, ...]]:
    """Countries whose holidays are known -> their subdivisions; for the choices of a form."""
    import holidays  # large, see holiday_dates

    return {country: tuple(places) for country, places in sorted(holidays.list_supported_countries().items())}
