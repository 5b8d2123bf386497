"""What is compared between two records of organisations.

Names of organisations carry words that say nothing ("Inc", "Services", "Chicago Public Schools"). The word of a name
that is rarest in the data at hand is its `core`. A site is not the legal entity: the same name at another address with
another phone says 'another site', so differing addresses weigh much.
"""

from regard.customers.matching.levels import (
    Comparison,
    Level,
    alike,
    crossed,
    flagged,
    near,
    same,
    told,
    untold,
    within,
    word_in,
)
from regard.customers.matching.persons import ANY, OWN_KEY, TAX_NUMBER

_RELATED = same("words_key") | within("words") | alike("words", 0.92) | (same("core") & told("core"))
#: Names that two organisations have: no word in common that tells anything.
OTHER_NAME = ~(
    _RELATED | word_in("core", "words") | same("acronym") | crossed("acronym", "words") | alike("words", 0.8)
)

NAME = Comparison(
    "name",
    untold("words"),
    (
        Level("exact", same("words"), "same name: {a}", "rare_words"),
        Level("order", same("words_key"), "same words in another order: {a} / {b}", "rare_words"),
        Level("close", alike("words_key", 0.94) | alike("words", 0.94), "names spelled alike: {a} / {b}"),
        Level("within core", within("words") & same("core"), "one name holds the other: {a} / {b}", "rare_core"),
        Level("core", same("core"), "same distinctive word: {a} / {b}", "rare_core"),
        Level("within", within("words"), "one name holds the other: {a} / {b}"),
        Level("core in words", word_in("core", "words"), "a distinctive word in common: {a} / {b}"),
        Level("acronym", crossed("acronym", "words"), "one is short for the other: {a} / {b}"),
        Level("alike", alike("words", 0.8) | alike("words_key", 0.8), "names a little alike: {a} / {b}"),
    ),
    Level("different", ANY, "names differ: {a} / {b}"),
    "name",
)  # fmt: skip

EMAIL = Comparison(
    "e-mail",
    untold("email"),
    (
        Level("shared", same("email") & flagged("email_shared"), "same e-mail, but many organisations carry it: {a}", "rare_email", pooled=True),
        Level("office", same("email") & OTHER_NAME, "same e-mail, other name: {a}"),
        Level("exact", same("email"), "same e-mail: {a}", "rare_email", pooled=True),
        Level("close", near("email", 2, 8, likely=0.85), "e-mails spelled alike: {a} / {b}"),
        Level("domain", same("email_domain"), "same company in the e-mail: {a} / {b}"),
    ),
    Level("different", ANY, "e-mails differ: {a} / {b}"),
    "email",
)  # fmt: skip

_OTHER_SITE = told("house") & ~(same("house") | near("house", 1) | same("road"))

PHONE = Comparison(
    "phone",
    untold("phone"),
    (
        Level("shared", same("phone") & flagged("phone_shared"), "same phone, but many organisations carry it: {a}", "rare_phone", pooled=True),
        Level("office", same("phone") & OTHER_NAME, "same phone, other name: {a}"),
        Level("other site", same("phone") & _OTHER_SITE, "same phone, other address: {a}"),
        Level("exact", same("phone"), "same phone: {a}", "rare_phone", pooled=True),
        Level("close", near("phone", 1, 5, likely=0.85), "phones differ by one digit: {a} / {b}"),
    ),
    Level("different", ANY, "phones differ: {a} / {b}"),
    "phone",
)  # fmt: skip

_PLACE_AGREES = same("postcode") | same("city") | untold("postcode") | near("postcode", 1, 3)
_SAME_DOOR = same("road") & same("house") & _PLACE_AGREES
_CLOSE_DOOR = same("house") & (alike("road", 0.88) | within("road")) & _PLACE_AGREES

ADDRESS = Comparison(
    "address",
    untold("place"),
    (
        Level("shared", same("door") & flagged("door_shared"), "same address, but many organisations carry it: {a}", "rare_door", pooled=True),
        Level("neighbour", (_SAME_DOOR | _CLOSE_DOOR) & OTHER_NAME, "same address, other name: {a}"),
        Level("exact", _SAME_DOOR, "same address: {a}", "rare_door", pooled=True),
        Level("close", _CLOSE_DOOR | (alike("line", 0.95) & (same("house") | untold("house"))), "addresses spelled alike: {a} / {b}"),
        Level("block", same("road") & near("house", 1) & _PLACE_AGREES, "house numbers differ by a slip: {a} / {b}"),
        Level("one number", told("road") & untold("house") & alike("road", 0.9), "same street, a number missing: {a} / {b}"),
        Level("road", same("road"), "same street, other number: {a} / {b}"),
        Level("other site", told("house") & told("road"), "addresses are two: {a} / {b}"),
        Level("postcode", same("postcode") & (untold("house") | untold("road")), "same postcode: {a} / {b}", "rare_postcode"),
        Level("city", same("city") & (untold("house") | untold("road")), "same town: {a} / {b}", "rare_city"),
    ),
    Level("different", ANY, "addresses differ: {a} / {b}"),
    "place",
)  # fmt: skip

COMPARISONS = (NAME, EMAIL, PHONE, ADDRESS, TAX_NUMBER, OWN_KEY)
