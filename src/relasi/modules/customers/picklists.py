"""Picklists: the values companies, people and leads are sorted by. Keys are stored, labels are translated."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices, open_list


class AccountKind(Choices):
    COMPANY = "company", _("Company"), "biru", "Organization|Organisasi|Badan Usaha"
    PERSON = "person", _("Person"), "toska", "Individual|Perorangan|Pribadi"


class AccountType(Choices):
    ANALYST = "analyst", _("Analyst"), "ungu"
    COMPETITOR = "competitor", _("Competitor"), "merah"
    CUSTOMER = "customer", _("Customer"), "hijau", "Klien"
    INTEGRATOR = "integrator", _("Integrator"), "toska"
    INVESTOR = "investor", _("Investor"), "ungu"
    PARTNER = "partner", _("Partner"), "nila", "Rekanan"
    PRESS = "press", _("Press"), "jambu"
    PROSPECT = "prospect", _("Prospect"), "biru", "Calon Pelanggan|Prospek"
    RESELLER = "reseller", _("Reseller"), "jingga"
    OTHER = "other", _("Other"), "gray"


@open_list("rating", _("Rating"))
class Rating(Choices):
    ACQUIRED = "acquired", _("Acquired"), "hijau"
    ACTIVE = "active", _("Active"), "biru"
    MARKET_FAILED = "market_failed", _("Market failed"), "merah"
    PROJECT_CANCELLED = "project_cancelled", _("Project cancelled"), "jingga"
    SHUTDOWN = "shutdown", _("Shut down"), "gray"


class CustomerState(Choices):
    PROSPECT = "prospect", _("Prospect"), "biru"
    CUSTOMER = "customer", _("Customer"), "hijau"
    DORMANT = "dormant", _("Dormant"), "jingga"


class Salutation(Choices):
    """The order and spelling of kits.parties.person_titles.SALUTATIONS."""

    BAPAK = "bapak", _("Bapak"), "", "Bpk|Bpk.|Pak"
    IBU = "ibu", _("Ibu"), "", "Bu"
    SDR = "sdr", _("Sdr."), "", "Sdr|Saudara"
    DR = "dr", _("Dr."), "", "Dr"
    PROF = "prof", _("Prof."), "", "Prof"
    MR = "mr", _("Mr."), "", "Mr"
    MS = "ms", _("Ms."), "", "Ms|Miss"
    MRS = "mrs", _("Mrs."), "", "Mrs"


class OptIn(Choices):
    NONE = "none", _("None"), "gray"
    SINGLE_USER = "single_user", _("Single opt-in (user)"), "biru"
    SINGLE_WEBFORM = "single_webform", _("Single opt-in (web form)"), "biru"
    DOUBLE = "double", _("Double opt-in"), "hijau"
    OUT_USER = "out_user", _("Opted out (user)"), "merah"
    OUT_CONTACT = "out_contact", _("Opted out (contact)"), "merah"


class Channel(Choices):
    """How a consent was given or a person reached."""

    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")
    WEBFORM = "webform", _("Web form")
    PAPER = "paper", _("On paper")
    IN_PERSON = "in_person", _("In person")


class Language(Choices):
    INDONESIAN = "id", _("Indonesian"), "", "Bahasa Indonesia|Indonesia"
    ENGLISH = "en", _("English"), "", "Inggris"


class Zone(Choices):
    WIB = "Asia/Jakarta", _("WIB (Jakarta)"), "", "WIB"
    WITA = "Asia/Makassar", _("WITA (Makassar)"), "", "WITA"
    WIT = "Asia/Jayapura", _("WIT (Jayapura)"), "", "WIT"
    SINGAPORE = "Asia/Singapore", _("Singapore")
    TOKYO = "Asia/Tokyo", _("Tokyo")
    LONDON = "Europe/London", _("London")
    BERLIN = "Europe/Berlin", _("Berlin")
    NEW_YORK = "America/New_York", _("New York")
    LOS_ANGELES = "America/Los_Angeles", _("Los Angeles")


class LeadStatus(Choices):
    NEW = "new", _("New"), "biru", "Not Contacted"
    CONTACTED = "contacted", _("Contacted"), "toska"
    ATTEMPTED = "attempted", _("Trying to contact"), "toska", "Attempted to Contact"
    LATER = "later", _("Contact in future"), "ungu", "Contact in Future"
    WARM = "warm", _("Warm"), "kuning"
    HOT = "hot", _("Hot"), "jingga"
    COLD = "cold", _("Cold"), "gray"
    PREQUALIFIED = "prequalified", _("Pre-qualified"), "nila", "Pre Qualified|Pre-Qualified"
    QUALIFIED = "qualified", _("Qualified"), "hijau"
    LOST = "lost", _("Lost lead"), "merah", "Lost|Lost Lead"
    JUNK = "junk", _("Junk"), "gray", "Junk Lead|Unqualified"
    CONVERTED = "converted", _("Converted"), "hijau", "Closed - Converted"


@open_list("lead_loss", _("Given up because"))
class LeadLoss(Choices):
    """Why a lead was given up."""

    NO_INTEREST = "no_interest", _("Not interested")
    NO_BUDGET = "no_budget", _("No budget")
    COMPETITOR = "competitor", _("Chose a competitor")
    NO_REPLY = "no_reply", _("No reply")
    WRONG_DETAILS = "wrong_details", _("Wrong details")
    DUPLICATE = "duplicate", _("Duplicate")
    SPAM = "spam", _("Spam")
    OTHER = "other", _("Other")
