"""What is compared between two records of persons.

The name is one comparison, because given name, family name and their order do not err independently. Address, e-mail
and phone are asked together with the given name: what a household shares says that two records belong to one
household, not to one person, so 'same address, other given name' is a level of its own with a weight of its own.
"""

from regard.customers.matching.levels import (
    Comparison,
    Level,
    Test,
    alike,
    begins_alike,
    both,
    crossed,
    flagged,
    initial,
    near,
    same,
    swapped,
    told,
    untold,
    within,
)

ANY = Test("(1 = 1)", lambda _a, _b: True)

#: Spelled alike, and not two names that both exist (Gary, Mary).
_GIVEN_CLOSE = ~both("given_known") & (alike("given", 0.88) | near("given", 1, 2))
_FAMILY_CLOSE = alike("family", 0.9) | near("family", 1, 3)
_FAMILY_KIN = same("family") | _FAMILY_CLOSE | within("family_words")
_GIVEN_KIN = same("given") | same("given_root") | _GIVEN_CLOSE | initial("given")
#: Given names that two people have, not one: neither a nickname, nor a slip, nor an initial, nor the other name.
OTHER_GIVEN = told("given") & ~(
    _GIVEN_KIN | (~both("given_known") & alike("given", 0.78)) | crossed("given", "family") | crossed("given", "middle")
    | alike("given", 0.85, "family")
)  # fmt: skip

NAME = Comparison(
    "name",
    ~(told("given") | told("family") | crossed("given", "family")),
    (
        Level("exact", same("given") & same("family"), "same name: {a}", "rare_full"),
        Level("swapped", swapped("given", "family"), "same name, order exchanged: {a} / {b}", "rare_full"),
        Level("nickname", same("given_root") & same("family"), "short form of the same name: {a} / {b}", "rare_nick"),
        Level("given close", same("family") & _GIVEN_CLOSE, "given names spelled alike: {a} / {b}", "rare_near"),
        Level("family close", same("given") & _FAMILY_CLOSE, "family names spelled alike: {a} / {b}", "rare_given_near"),
        Level("initial", initial("given") & same("family"), "initial and family name agree: {a} / {b}", "rare_initial"),
        Level("part", within("family_words") & _GIVEN_KIN, "one family name has a part more: {a} / {b}", "rare_near"),
        Level("both close", _GIVEN_KIN & _FAMILY_CLOSE, "both names spelled alike: {a} / {b}"),
        Level("middle", crossed("given", "middle") & _FAMILY_KIN, "called by the middle name: {a} / {b}"),
        Level("swapped close", alike("given", 0.88, "family"), "order exchanged, spelled alike: {a} / {b}"),
        Level("no given", untold("given") & same("family"), "same family name, no given name on one side: {a} / {b}", "rare_family"),
        Level("no family", untold("family") & same("given"), "same given name, no family name on one side: {a} / {b}", "rare_given"),
        Level("no given close", untold("given") & _FAMILY_CLOSE, "family names alike, no given name on one side: {a} / {b}"),
        Level("one name", (untold("given") | untold("family")) & crossed("given", "family"), "the only name told agrees: {a} / {b}", "rare_single"),
        Level("new family", same("given") & told("family"), "family names differ: {a} / {b}", "rare_given"),
        Level("new family close", (same("given_root") | _GIVEN_CLOSE) & told("family"), "given names alike, family names differ: {a} / {b}"),
        Level("kin unclear", _FAMILY_KIN & ~OTHER_GIVEN, "same family name, given names only a little alike: {a} / {b}"),
        Level("kin", _FAMILY_KIN, "given names differ: {a} / {b}"),
    ),
    Level("different", ANY, "names differ: {a} / {b}"),
    "name",
)  # fmt: skip

BIRTH = Comparison(
    "birth date",
    untold("birth") | flagged("birth_shared"),
    (
        Level("exact", same("birth"), "same birth date: {a}", "rare_birth"),
        Level("close", near("birth", 1), "birth dates differ by a slip: {a} / {b}"),
        Level("turned", same("birth_turned"), "day and month exchanged: {a} / {b}"),
        Level(
            "two parts",
            (same("birth_year") & (same("birth_month") | same("birth_day"))) | same("birth_monthday"),
            "birth dates differ in one part: {a} / {b}",
        ),
        Level("near", near("birth", 2, likely=0.7), "birth dates differ in two digits: {a} / {b}"),
        Level(
            "outweighed",
            same("tax") | near("tax", 2, 5) | same("own"),
            "birth dates conflict, but an official number agrees: {a} / {b}",
        ),
    ),
    Level("conflict", ANY, "birth dates conflict: {a} / {b}", veto=True),
    "birth",
)

#: E-mails of one domain all end alike: look closer only where the beginning agrees too.
_EMAIL_BEGINS = begins_alike("email", 1) | same("email_domain")

EMAIL = Comparison(
    "e-mail",
    untold("email"),
    (
        Level(
            "shared",
            same("email") & flagged("email_shared"),
            "same e-mail, but many people carry it: {a}",
            "rare_email",
        ),
        Level("household", same("email") & OTHER_GIVEN, "same e-mail, other given name: {a}"),
        Level("exact", same("email"), "same e-mail: {a}", "rare_email", pooled=True),
        Level(
            "household close",
            _EMAIL_BEGINS & near("email", 3, 6, likely=0.85) & OTHER_GIVEN,
            "e-mails spelled alike, other given name: {a} / {b}",
        ),
        Level("other digits", same("email_letters"), "e-mails differ in their digits: {a} / {b}"),
        Level("close", _EMAIL_BEGINS & near("email", 2, 6, likely=0.85), "e-mails spelled alike: {a} / {b}"),
        Level("user", same("email_user"), "same name before the @: {a} / {b}"),
        Level("alike", _EMAIL_BEGINS & alike("email", 0.9), "e-mails somewhat alike: {a} / {b}"),
    ),
    Level("different", ANY, "e-mails differ: {a} / {b}"),
    "email",
)

PHONE = Comparison(
    "phone",
    untold("phone"),
    (
        Level(
            "shared",
            same("phone") & flagged("phone_shared"),
            "same phone, but many people carry it: {a}",
            "rare_phone",
            pooled=True,
        ),
        Level("household", same("phone") & OTHER_GIVEN, "same phone, other given name: {a}"),
        Level("exact", same("phone"), "same phone: {a}", "rare_phone", pooled=True),
        Level("close", near("phone", 1, 6, likely=0.88), "phones differ by one digit: {a} / {b}"),
    ),
    Level("different", ANY, "phones differ: {a} / {b}"),
    "phone",
)

_PLACE_AGREES = same("postcode") | same("city") | untold("postcode") | near("postcode", 1, 3)
_SAME_DOOR = same("road") & same("house") & _PLACE_AGREES
_CLOSE_DOOR = (same("house") & _PLACE_AGREES & (alike("road", 0.9) | within("road"))) | (
    same("road") & near("house", 1) & _PLACE_AGREES
)

ADDRESS = Comparison(
    "address",
    untold("place"),
    (
        Level("shared", same("door") & flagged("door_shared"), "same address, but many people carry it: {a}", "rare_door", pooled=True),
        Level("household", (_SAME_DOOR | _CLOSE_DOOR) & OTHER_GIVEN, "same address, other given name: {a}"),
        Level("exact", _SAME_DOOR, "same address: {a}", "rare_door", pooled=True),
        Level("close", _CLOSE_DOOR, "addresses spelled alike: {a} / {b}"),
        Level("line", same("road") | alike("line", 0.9), "same street or much the same lines: {a} / {b}"),
        Level("postcode", same("postcode"), "same postcode: {a} / {b}", "rare_postcode"),
        Level("city", same("city") | alike("city", 0.88), "same town: {a} / {b}", "rare_city"),
    ),
    Level("different", ANY, "addresses differ: {a} / {b}"),
    "place",
)  # fmt: skip

MIDDLE = Comparison(
    "middle name",
    untold("middle"),
    (
        Level("exact", same("middle"), "same middle name: {a}", "rare_middle"),
        Level("initial", initial("middle"), "middle initials agree: {a} / {b}", "rare_minitial"),
        Level("close", alike("middle", 0.85), "middle names alike: {a} / {b}"),
    ),
    Level("different", ANY, "middle names differ: {a} / {b}"),
    "middle",
)

SUFFIX = Comparison(
    "suffix",
    untold("suffix"),
    (Level("exact", same("suffix"), "both {a}"),),
    Level("conflict", ANY, "one is {a}, the other {b}", veto=True),
    "suffix",
)

TAX_NUMBER = Comparison(
    "tax number",
    untold("tax"),
    (
        Level("exact", same("tax") & ~flagged("tax_shared"), "same tax number: {a}"),
        Level("shared", same("tax"), "same tax number, but many carry it: {a}"),
        Level("close", near("tax", 2, 5), "tax numbers differ by a slip: {a} / {b}"),
    ),
    Level("conflict", ANY, "tax numbers conflict: {a} / {b}", veto=True),
    "tax",
)

OWN_KEY = Comparison(
    "number in the source",
    ~same("own"),
    (Level("exact", ANY, "same number in the same source: {a}"),),
    Level("different", ANY, "other number in the same source: {a} / {b}"),
    "own",
)

COMPARISONS = (NAME, BIRTH, EMAIL, PHONE, ADDRESS, MIDDLE, SUFFIX, TAX_NUMBER, OWN_KEY)
