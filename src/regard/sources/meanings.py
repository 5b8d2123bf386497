"""The words that names of columns are made of, and the meanings they point to. Data, in the form of Python."""

from dataclasses import dataclass


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


KIND = _set("am at date datetime datum day dt on tijd time timestamp when ")
"""Words that only say what kind of value it is."""
NEUTRAL = _set(
    "311 and applicant by caller case citizen client complaint concept contact csb customer data daytime enquiry "
    "est for full home incident inquiry is issue log main name of open311 overall permit person primary prob "
    "problem record report reporter request requester requestor requests resident sec seconds secs service services "
    "sr text the ticket value "
)
"""Words that say which thing, where every row is about the same thing."""
WORDS = _set(
    "account action activity actual addr address agency agent agreed answer answered area asked assigned assignee "
    "author birth body borough business call caller cancel canceled cancelled cat category change channel city "
    "civic clock close closed closure code comment comments community company complain complaint complete completed "
    "completion compliment contact council country county create created creation customer date datetime days "
    "deadline department dept desc description descriptor detail details direction disposition district division "
    "dob done dt due duration email end enddate ended enquiry entered entry est estimated event exit expected "
    "family feedback first forename full given group handle handled handler handling hold id identifier in incident "
    "info init initiated inquiry intake invoice invt issue item key kind lang language last lat latitude line loc "
    "location log logged lon long longitude mail map message method mobile modified name neighborhood neighbourhood "
    "no note notes number nummer officer on open opened operator order org organisation organization origin outcome "
    "owner parcel party permit person phone place planned point postal postcode price prj prob problem product "
    "program project projected promised qty quantity question queue rating reason receive received record ref "
    "reference region rep report reported request requested requester resolution resolve resolved resource "
    "respondent response responsible result resume satisfaction score sector sent server service session sev "
    "severity site sku sla solved source staff start startdate started state status stock street subject submission "
    "submit submitted supplier surname talk target team tel telefon telefoon telephone text ticket time timestamp "
    "title to topic tracking transfer type unique unit update updated user vendor visit wait waited waiting ward "
    "website when work worker wrap year zip zone "
)
"""Words known to stand in run-together names (`datetimeclosed`)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning a column can have: any of `words` (each a set that must all be there) points to it.

    `kind` is what the values must look like: any, date, clock, mailbox (in a mail header), ref (an id that need not be
    told), number, text, email, phone, latitude, longitude, few (few different values), id. Earlier words fit slightly
    better; of meanings that fit alike, the earlier wins.
    """

    name: str
    words: tuple[frozenset[str], ...]
    kind: str
    never: frozenset[str] = frozenset()


def _meaning(name: str, kind: str, words: str, *, never: str = "") -> Meaning:
    """`words`: alternatives divided by commas, each of one or more words that must all be there."""
    sets = tuple(frozenset(part.split()) for part in words.split(","))
    return Meaning(name, sets, kind, frozenset(never.split()))


# fmt: off
MEANINGS: tuple[Meaning, ...] = (
    _meaning("latitude", "latitude", "latitude, lat"),
    _meaning("longitude", "longitude", "longitude, long, lon, lng"),
    _meaning("person_email", "email", "email, e mail, mail address", never="status sent"),
    _meaning("person_phone", "phone",
             "phone, telephone, tel, mobile, cell, telefoon, telefon, phone number, phone no, caller, caller number, "
             "caller id",
             never="type"),
    _meaning("person_birth_date", "date", "dob, birth, born"),
    _meaning("person_given", "text", "first name, given name, forename, given, voornaam, vorname, prenom"),
    _meaning("person_family", "text", "last name, family name, surname, family, achternaam, nachname, nom"),
    _meaning("person_organisation", "text",
             "company, organisation, organization, business, business name, vendor, vendor name, supplier, supplier "
             "name, contractor, site name, firm, legal name, trading name, organisation name, firm name",
             never="type id no number"),
    _meaning("person_key", "id",
             "customer id, customer no, customer number, person id, client id, citizen id, respondent id, member id, "
             "user id, caller id, vendor id, supplier id, requester id, account id, account no, account, member, "
             "applicant id"),
    _meaning("person_name", "text",
             "caller name, customer name, full name, contact name, requester, requester name, requestor, requestor "
             "name, applicant, applicant name, complainant, citizen, name, customer, contact, ordered by",
             never="concept"),
    _meaning("sender", "mailbox", "from, from address, sender, von, afzender"),
    _meaning("recipient", "mailbox", "to, to address, recipient, recipients"),
    _meaning("visit", "any", "visit, visit no, visitor, came, seen by, walk in, checked in, desk", never="service"),
    _meaning("wait_seconds", "number",
             "wait, waiting, waited, queue time, q time, hold time, time in queue, queue seconds"),
    _meaning("handle_seconds", "number",
             "handle, handling, talk, talk time, ser time, service time, duration, call length, length"),
    _meaning("outcome", "few", "outcome, disposition, call result, result, outcome code"),
    _meaning("direction", "few", "direction, inbound, in out, call direction"),
    _meaning("promised_at", "date",
             "due, target, deadline, expected, sla, sla target, estimated completion, projected, prj complete, "
             "promised, promise, planned end, enddate planned, respond by, due by, estimated",
             never="days ontime status met"),
    _meaning("withdrawn_at", "date", "cancelled, canceled, withdrawn, cancel, void"),
    _meaning("reopened_at", "date", "reopened, reopen"),
    _meaning("resolved_at", "date",
             "resolved, resolution, solved, fixed, invt done, work done",
             never="updated description action"),
    _meaning("closed_at", "date",
             "closed, close, closing, closure, completed, completion, complete, finished, end, ended, enddate, "
             "erledigt, afgesloten, delivered",
             never="reason by photo status notes description planned"),
    _meaning("answered_at", "date",
             "answered, first response, responded, response, acknowledged, reply, replied",
             never="text"),
    _meaning("as_of", "date",
             "updated, update, modified, last modified, last update, changed, as of, status date",
             never="description"),
    _meaning("received_at", "date",
             "opened, open, created, creation, create, received, receive, init, initiated, submitted, submission, "
             "requested, reported, start, started, startdate, entered, entry, logged, intake, eingang, ontvangen, "
             "visited, came, arrived, invoice date, order date, ordered, date ordered, order placed",
             never="by department dept photo status channel"),
    _meaning("case_key", "ref",
             "case id, case number, case no, case concept name, request id, request number, ticket id, case reference, "
             "case, case ref"),
    _meaning("activity", "few", "activity, event, action, concept name, event type, step, task"),
    _meaning("actor", "text", "resource, actor, org resource, performed by, user, done by, worker"),
    _meaning("at", "date", "timestamp, date, datetime, time timestamp, when, event date, dt, day, datum"),
    _meaning("clock", "clock",
             "time, clock, vru entry, start time, call time, tijd, in, checked in, arrived, start, begin"),
    _meaning("item_code", "text",
             "stock code, item code, sku, product code, article, item no, item number, product id, item id, item, "
             "article no"),
    _meaning("quantity", "number", "quantity, qty, count, units, amount ordered"),
    _meaning("unit_price", "number", "unit price, price, unit cost, cost"),
    _meaning("line_no", "number", "line no, line number, line"),
    _meaning("status", "few", "status, state, case status, stage", never="notes date zip city"),
    _meaning("channel", "few",
             "channel, source, origin, caller type, method received, contact method, submission method, submitted via, "
             "intake method, method, open channel type, channel type, how received, via, received via, kanal, kanaal",
             never="system url id"),
    _meaning("score", "number", "score, rating, satisfaction, stars, fft categorical answer, nps, overall"),
    _meaning("question", "few", "question, fft question, prompt"),
    _meaning("feedback_kind", "few", "feedback type, kind of feedback, comment type, feedback kind"),
    _meaning("feedback_text", "text", "answer, feedback, comment, comments, fft answer, verbatim, suggestion, review"),
    _meaning("service", "text", "service code, problem code, type code, short code, request code, service id"),
    _meaning("service_name", "text",
             "service name, complaint type, request type, service type, type, category, problem type, issue type, "
             "service, problem, sr type, soort, kategorie, request category, issue category",
             never="address location contact building caller"),
    _meaning("unit", "text",
             "agency, department, dept, agency responsible, responsible agency, owner department, owning department, "
             "submit to, division, team, org group, unit, queue, work group, workgroup, office, group, assigned "
             "department",
             never="name abbr created price cost"),
    _meaning("owner", "text",
             "assigned to, assign to, assignee, owner, responsible, case responsible, handler, officer, case worker, "
             "caseworker, case manager",
             never="department agency"),
    _meaning("staff", "text",
             "agent, server, operator, representative, rep, staff, answered by, employee, clerk, seen by, served by"),
    _meaning("subject", "text",
             "subject, title, case title, descriptor, summary, topic, betreff, onderwerp, purpose"),
    _meaning("description", "text",
             "description, details, request details, detail, comments, comment, notes, message, body, narrative, "
             "omschrijving, problem description, request description, beschreibung, note, remarks, remark",
             never="resolution status closure method received location"),
    _meaning("promise_text", "text", "service notice, promise text"),
    _meaning("address", "text",
             "address, street address, incident address, prob address, full address, site address, location address, "
             "location, street name, adresse, adres, addr, ship to, delivery address, place",
             never="type id verified district city email line2"),
    _meaning("postcode", "text", "zip, zip code, zipcode, postcode, postal code, postal, plz"),
    _meaning("area", "text",
             "neighborhood, neighbourhood, borough, community area, district, council district, supervisor district, "
             "ward, area, region, zone, precinct, wijk, stadtteil, quarter",
             never="police fire"),
    _meaning("language", "few", "language, lang, taal, sprache"),
    _meaning("key", "id",
             "id, key, unique key, number, no, reference, ref, request id, case id, case number, sr number, ticket, "
             "ticket number, case enquiry id, requestid, service request id, incident number, tracking number, invoice "
             "no, invoice, order id, order number, order no, po number, call id, comment id, response id, external id, "
             "record id, concept instance, report number, permit number, reference number, visit no, nummer, code, "
             "order, response, contact id, message id, uuid",
             never="parcel object building zip type short"),
)
# fmt: on
BY_NAME = {m.name: m for m in MEANINGS}
