"""One form for names, e-mails and phone numbers, so that the same thing told twice compares as the same.

Pure. The rules exist twice on purpose: as Python for one value (a form, a search box) and as SQL expressions
for a million (an import). The SQL takes the plain cases, which are nearly all; whatever it does not recognise
goes through the Python, once per distinct value. A property test holds the two together.
"""

import re
import unicodedata
from functools import lru_cache

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]{2,}")
#: A number of the North American plan: ten digits, neither area nor exchange beginning with 0 or 1.
NANP = re.compile(r"1?([2-9]\d\d[2-9]\d{6})")
#: Words that silos write where a value is missing.
PLACEHOLDERS = frozenset({"", "na", "n a", "none", "null", "unknown", "not known", "no data", "anonymous", "test"})
_NANP_REGIONS = frozenset({"US", "CA"})
_SPACES = re.compile(r"[\W_]+")


def fold_name(name: str) -> str:
    """A name for comparing and searching: lower case, no accents, words parted by single spaces.

    Placeholders ("n/a", "Unknown") fold to the empty string: they are not names.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    folded = _SPACES.sub(" ", bare.lower()).strip()
    return "" if folded in PLACEHOLDERS else folded


def name_key(folded: str) -> str:
    """The words of a folded name in alphabetical order, so that 'Perez, Ana' equals 'Ana Perez'."""
    return " ".join(sorted(folded.split(" "))) if folded else ""


def email(told: str) -> str:
    """An e-mail address in lower case without blanks; empty when it is not one."""
    bare = told.strip().lower()
    return bare if EMAIL.fullmatch(bare) else ""


@lru_cache(maxsize=50_000)
def phone(told: str, region: str = "US") -> str:
    """A phone number as E.164, or empty when it is not a number anybody could dial.

    `region` is the ISO country a number without prefix belongs to. Extensions are dropped: a switchboard's
    number with an extension is still the switchboard's.
    """
    digits = re.sub(r"\D", "", told)
    if region in _NANP_REGIONS and "+" not in told and not re.search(r"[A-Za-z]", told):
        local = NANP.fullmatch(digits)
        if local:
            return "+1" + local.group(1)
    if not 5 <= len(digits) <= 20:
        return ""
    import phonenumbers  # slow to import; only odd numbers need it

    try:
        parsed = phonenumbers.parse(told, region)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""  # too short, too long, or a local number without its area
    if parsed.country_code == 1 and not NANP.fullmatch(str(parsed.national_number)):
        return ""  # 000-000-0000 and its like: written where a number is missing
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


# --- the same, set-based (DuckDB's dialect) ----------------------------------------------------------


def fold_name_sql(column: str) -> str:
    """SQL for `fold_name` of ASCII text; NULL where the text has other letters (ask Python)."""
    folded = f"trim(regexp_replace(lower({column}), '[^a-z0-9]+', ' ', 'g'))"
    words = ", ".join(f"'{word}'" for word in sorted(PLACEHOLDERS))
    return (
        f"CASE WHEN {column} IS NULL THEN '' WHEN NOT regexp_matches({column}, '^[\\x00-\\x7F]*$') THEN NULL "
        f"WHEN {folded} IN ({words}) THEN '' ELSE {folded} END"
    )


def name_key_sql(folded: str) -> str:
    """SQL for `name_key` of an already folded name."""
    return f"array_to_string(list_sort(string_split({folded}, ' ')), ' ')"


def email_sql(column: str) -> str:
    """SQL for `email`."""
    bare = f"lower(trim({column}, ' \t\r\n'))"
    return f"CASE WHEN regexp_full_match({bare}, '{EMAIL.pattern}') THEN {bare} ELSE '' END"


def phone_sql(column: str, region: str) -> str:
    """SQL for `phone` of plain North American numbers; NULL where the number is of another kind (ask Python)."""
    if region not in _NANP_REGIONS:
        return f"CASE WHEN {column} IS NULL THEN '' END"
    digits = f"regexp_replace({column}, '[^0-9]', '', 'g')"
    return (
        f"CASE WHEN {column} IS NULL THEN '' "
        f"WHEN NOT regexp_matches({column}, '[A-Za-z+]') "
        f"AND regexp_full_match({digits}, '1?[2-9][0-9]{{2}}[2-9][0-9]{{6}}') "
        f"THEN '+1' || right({digits}, 10) END"
    )
