"""The world of the walk: one small company, a row of every module that Andi alone may see, and who looks at them.

Titles, numbers and closed values carry words that stand nowhere else (SECRET, DARK), so any answer can be searched
for what its reader may not see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.structures import ALL, TOOLS, VERBS
from relasi.engine.activity import attachment, comment
from relasi.engine.activity.notification import Notification
from relasi.engine.activity.tag import Tag
from relasi.engine.api.token import make_token, tokens_of
from relasi.engine.api.webhook import make_webhook
from relasi.engine.bulk.job import BulkFault, BulkJob
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields import OwnerField
from relasi.engine.fields.kind import kind_of
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.engine.screens.shell import Entry, all_entries
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.export_file import run_export
from relasi.engine.transfer.import_ import ImportFault, ImportJob
from relasi.features.compat.access_key import keys_of, make_key
from relasi.features.compat.switch import turn
from relasi.features.mcp.models import Proposal
from relasi.features.scheduled_exports.setting_up import make as make_schedule
from tests.company import SmallCompany, found_company
from tests.fingerprint import fingerprint
from tests.make import USUAL, make
from tests.people import PASSWORD, make_group, make_rule, set_mode, signed_in

_number = count(1)

SECRET = "Zqxrahasia"  # in the title of everything that is Andi's
DARK = "Qzwgelap"  # in a field that the persona `blind` may not see

# Who looks, and how they stand to what is Andi's:
SEES = {"owner", "manager", "admin", "reader", "blind"}  # these may see it
NOBODY = {"nobody", "suspended"}  # these are not signed in, or no longer
PERSONAS = ("nobody", "suspended", "stranger", "outsider", "below", "peer", "reader", "blind", "owner", "manager",
            "admin")  # fmt: skip
# What the profile of each allows in modules; "*" for all others.
ALLOWED: dict[str, tuple[str, ...]] = {"outsider": (), "reader": ("view",), "nobody": (), "suspended": ()}


# The tools of their profiles; everybody else sells.
TOOLS_OF: dict[str, tuple[str, ...]] = {
    "outsider": (), "reader": (), "blind": tuple(TOOLS), "manager": tuple(TOOLS), "admin": tuple(TOOLS),
}  # fmt: skip


def has(persona: str, tool: str) -> bool:
    return not tool or tool in TOOLS_OF.get(persona, ("convert", "restore", "import", "export", "api"))


def allows(persona: str, verb: str, module: Module) -> bool:
    """A second opinion on what the profile allows, worked out from this file alone."""
    if verb not in module.verbs or persona in NOBODY:
        return False
    if persona == "admin":
        return True
    if module.is_settings:
        return False
    if module.whole is not None:
        verb = "view" if verb == "view" else "edit"
    return verb in ALLOWED.get(persona, VERBS)


@dataclass
class World:
    """hidden: Andi's row of each module, by its key (of settings any row); binned: one of his in the bin; spare:
    one that nothing points to, where there can be two.

    entries: of the menus, each with the row its pages show. clients: by persona.
    """

    company: SmallCompany
    people: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    binned: dict[str, Any] = field(default_factory=dict)
    spare: dict[str, Any] = field(default_factory=dict)
    dark: dict[str, str] = field(default_factory=dict)  # module key -> the field closed to `blind`
    rows: dict[str, Any] = field(
        default_factory=dict
    )  # of the entry's slug, where fixed values ask for another
    job: Any = None
    bulk: Any = None
    change_set: int = 0
    view: Any = None
    comment: Any = None
    file: Any = None
    tag: Any = None
    notification: Any = None
    api_token: Any = None
    proposal: Any = None
    access_key: Any = None
    webhook: Any = None
    export: Any = None
    schedule: Any = None
    picture: str = ""
    links: set[str] = field(default_factory=set)  # gathered by test_screens.py
    before: dict[str, str] = field(
        default_factory=dict
    )  # the fingerprint of the database as every test finds it

    def row(self, entry: Entry) -> Any:
        return self.rows.get(entry.slug) or self.hidden[entry.module.key]

    @property
    def numbers(self) -> set[str]:
        found = [*self.hidden.values(), *self.binned.values(), *self.spare.values(), *self.rows.values()]
        return {one.number for one in found if hasattr(one, "number")}


def build() -> World:
    company = found_company()
    world = World(company)
    world.dark = {module.key: name for module in registry.records if (name := dark_field(module))}
    _hire(world)
    with acting(SYSTEM, via="system"):
        for module in _wholes_first():
            _fill_module(world, module)
        for entry in all_entries():
            if entry.fixed and not _fits(world.hidden[entry.module.key], entry):
                world.rows[entry.slug] = made(world, entry.module, **dict(entry.fixed))
    close_change_set()
    _possessions(world)
    _sign_in(world)
    close_change_set()
    world.before = fingerprint()
    return world


def _hire(world: World) -> None:
    company = world.company
    reading = company.profile("Baca", modules={ALL: ["view"]}, view_all=True)
    nothing = company.profile("Kosong", modules={}, view_all=True, edit_all=True)
    blind = company.profile(
        "Gelap",
        edit_all=True,
        tools=[ALL],
        fields={key: {name: "hidden"} for key, name in world.dark.items()},
    )
    selling = company.profiles["Jual"]
    company.open_role("Magang", under="Sales A", profile=selling)
    company.open_role("Cabang lain", under="Direktur", profile=selling)
    company.open_role("Pembaca", under="Direktur", profile=reading)
    company.open_role("Tamu", under="Direktur", profile=nothing)
    company.open_role("Buta", under="Direktur", profile=blind)
    world.people = {
        "owner": company.sales_a, "peer": company.sales_b, "manager": company.manager, "admin": company.admin,
        "below": company.hire("Bawahan", "Magang"), "stranger": company.hire("Orang lain", "Cabang lain"),
        "reader": company.hire("Pembaca", "Pembaca"), "outsider": company.hire("Tamu", "Tamu"),
        "blind": company.hire("Buta", "Buta"), "suspended": company.hire("Lepas", "Sales A"),
        "admin_en": company.hire("Anne Admin", "Direktur", type="admin", language="en"),
    }  # fmt: skip
    # Settings that open nothing that was not open.
    make_group("Malam", world.people["owner"], world.people["manager"])
    for module in registry.records:
        set_mode(module.key, "private")
    make_rule("sales.deal", company.roles["Magang"], company.roles["Sales A"])


def _wholes_first() -> list[Module]:
    """Every module after those its required references point to."""
    found: list[Module] = []

    def take(module: Module, chain: tuple[str, ...] = ()) -> None:
        if module in found or module.key in chain:
            return
        for one in module.fields.values():
            target = getattr(one, "related_model", None)
            asked = not one.blank or one.name in ONE_OF.get(module.key, ())
            if target is not None and asked and registry.knows(target._meta.label):
                take(registry.of(target), (*chain, module.key))
        found.append(module)

    for module in registry:
        if not module.self_ruled:
            take(module)
    return found


def _fill_module(world: World, module: Module) -> None:
    if module.key == "users.user":
        world.hidden[module.key] = world.people["below"]
        return
    stored = module.model._base_manager.filter(trashed_at=None).order_by("pk")
    if module.is_settings and stored.exists():
        world.hidden[module.key] = stored.first()
        return
    if module.key == "query.calendarfeed":
        values = {"user": world.people["owner"].pk, "digest": "0" * 64}
        world.hidden[module.key] = create(
            module.model, values, authorised="the product makes these by itself"
        )
        return
    if module.key == "assigning.assignmentrule":
        world.hidden[module.key] = _rule_that_is_off(world)
        return
    if "delete" in module.verbs and not module.is_settings:
        world.binned[module.key] = other = made(
            world, module, world.spare if module.whole is not None else None
        )
        trash(module.model, [other.pk], confirmed=["trash"], authorised="the walk needs one in the bin")
    world.hidden[module.key] = made(world, module)
    if module.is_record:
        world.spare[module.key] = made(world, module)


def _rule_that_is_off(world: World) -> Any:
    """Its members are those of a group that is there."""
    group = world.hidden.get("access.group") or make_group("Regu aturan", world.people["owner"])
    people = sorted(directory().group_people[group.pk])
    values = {"name": "Bergilir", "module": "customers.contact", "group": group.pk, "active": False}
    return make("assigning.AssignmentRule", **values, members=[{"user": one} for one in people])


def made(world: World, module: Module, among: dict[str, Any] | None = None, **more: Any) -> Any:
    """among: the rows one of which it is a part of; Andi's usual ones unless said."""
    among = world.hidden if among is None else among
    values: dict[str, Any] = {}
    for name, one in module.fields.items():
        if name in more or one.primary_key:
            continue
        if isinstance(one, OwnerField):
            values[name] = world.people["owner"].pk
        elif name in title_texts(module):
            values[name] = f"{SECRET} {module.key.partition('.')[2]} {next(_number)}"
        elif name == world.dark.get(module.key):
            values[name] = f"{DARK} {module.key.partition('.')[2]} {next(_number)}"
        elif name in USUAL.get(module.key, {}):
            continue
        elif needed(module, one) or name in ONE_OF.get(module.key, ()):
            values[name] = plausible(world, one)
    if module.whole is not None:
        whole = registry.of(module.whole.related_model)
        values[module.whole.name] = (made(world, whole) if module.key in APART else among[whole.key]).pk
    values |= MORE.get(module.key, {})
    given = {name: value for name, value in values.items() if value is not None}
    if "create" not in module.verbs:
        return create(module.model, {**given, **more}, authorised="the product writes these by itself")
    try:
        found = make(module.key, **given, **more)
        return READY[module.key](found) if module.key in READY else found
    except Refused as refused:
        hint = "say what it needs in USUAL of tests/make.py, or ONE_OF of tests/walk/world.py"
        raise AssertionError(f"make({module.label!r}) is refused ({refused}): {hint}") from refused


def needed(module: Module, one: Any) -> bool:
    """Whether a row cannot be without it. What the product writes by itself has no fields to type into."""
    if one.has_default() or one.name in ("version", "created_at", "changed_at"):
        return False
    if "create" not in module.verbs:
        return not one.null or bool(options_of(one))
    return one.editable and not one.blank


def options_of(one: Any) -> list[Any]:
    """The values of a field that are chosen from a list."""
    return [option.key for option in getattr(one, "options", ())] or [
        key for key, _label in one.choices or ()
    ]


# References a row needs though none of them alone must be filled in.
ONE_OF = {
    "sales.deal": ["account"],
    "sales.quote": ["account"],
    "sales.quoteline": ["product"],
    "sales.salesorder": ["account"],
    "sales.orderline": ["product"],
    "billing.invoice": ["account"],
    "billing.invoiceline": ["product"],
    "billing.creditnote": ["account"],
    "billing.creditline": ["product"],
    "purchasing.vendorprice": ["product"],
    "purchasing.purchaseline": ["product"],
    "purchasing.billline": ["product"],
    "catalog.pricebookitem": ["product"],
    "catalog.bundlecomponent": ["product"],
    "agenda.invitee": ["contact"],
    "inventory.stockmove": ["adjustment"],
    "inventory.deliverynote": ["account"],
    "inventory.deliveryline": ["product"],
    "purchasing.receiptline": ["product"],
    "purchasing.returnline": ["product"],
    "billing.recurringperiod": ["invoice"],
    "subscribing.subscription": ["account"],
    "subscribing.subscriptionline": ["product"],
}


# Parts that close the record they belong to, which then is not the one the others look at.
APART = {"billing.creditpart", "billing.paymentpart", "purchasing.vendorpaymentpart"}


# What is done with a row before others can stand on it.
READY: dict[str, Any] = {"purchasing.vendor": lambda vendor: vendor.approve()}


# Values a row needs for reasons of its own, besides what make() knows.
MORE: dict[str, dict[str, Any]] = {
    # Not laid over what all other pages show.
    "customize.customfield": {"active": False},
    "customize.listvalue": {"name": "Melati", "active": False},
    "customize.fieldrule": {"field": "department", "active": False},
    # make() takes the number of an account.
    "records.legalhold": {"record_number": None},
    "catalog.productbundle": {"price": "1000"},
    # A segment: beside an account nothing of it may be changed.
    "catalog.pricebookcustomer": {"industry": "energy"},
    "sales.quoteline": {"price": "1000", "quantity": "1"},
    "sales.orderline": {"price": "1000", "quantity": "1"},
    "purchasing.purchaseline": {"price": "1000", "quantity": "1"},
    "purchasing.billline": {"price": "1000", "quantity": "1"},
    "billing.creditnote": {"shipping": "100000"},
    "subscribing.subscriptionline": {"price": "1000", "quantity": "1"},
    "subscribing.transaction": {"amount": "1000000"},
    "billing.invoiceline": {"price": "1000", "quantity": "1"},
    "inventory.stockmove": {
        "received": "5",
        "delivery_note": None,
        "receipt_note": None,
        "purchase_return": None,
        "invoice": None,
    },
    "inventory.serialnumber": {"state": "here", "delivery_note": None, "purchase_return": None},
    "purchasing.receiptline": {"price": "1000", "quantity": "1", "accepted": "1"},
    "purchasing.returnline": {"price": "1000", "quantity": "1", "accepted": "1", "receipt_line": None},
    "inventory.deliveryline": {"price": "1000", "quantity": "1"},
    "billing.creditline": {
        "price": "1000",
        "quantity": "1",
        "gross": "1000",
        "net": "1000",
        "base": "1000",
        "total": "1000",
    },
}


def plausible(world: World, one: Any) -> Any:
    """A value a person could give for a field that must be filled in. None: the maker knows a better one."""
    target = getattr(one, "related_model", None)
    if target is not None and registry.knows(target._meta.label):
        found = world.hidden.get(registry.of(target).key)
        return getattr(found, "pk", None)
    kind = kind_of(one)
    if options_of(one):
        return options_of(one)[0]
    samples = {"date": "2030-01-31", "datetime": "2030-01-31T09:00", "integer": 1, "decimal": "1", "money": "1000",
               "percent": "10", "boolean": True, "email": "a@contoh.co.id", "text": "Contoh",
               "long_text": "Contoh"}  # fmt: skip
    return samples.get(kind.name)


def lure(world: World, module: Module, **more: Any) -> Any:
    """A record of peer's own, whose title anybody may read."""
    texts = {name: f"Umpan {next(_number)}" for name in title_texts(module)}
    return made(world, module, owner=world.people["peer"].pk, **{**texts, **more})


def title_texts(module: Module) -> list[str]:
    """The text fields of the title that a person may type into."""
    if module.is_settings:
        return []
    return [n for n in module.title_fields if n in module.fields and _is_text(module.fields[n])]


def dark_field(module: Module) -> str:
    """A text nobody needs to give, to be closed to the persona `blind`."""
    title = {*module.title_fields, *module.title_fields}
    names = [n for n, one in module.fields.items() if _is_text(one) and one.blank and n not in title]
    shown = [name for name in names if name in module.form_fields]
    return next(iter(shown), "")


def _is_text(one: Any) -> bool:
    secret = getattr(one, "secret", False)
    return one.editable and not options_of(one) and not secret and kind_of(one).name in ("text", "long_text")


def _fits(row: Any, entry: Entry) -> bool:
    return all(getattr(row, name) == value for name, value in entry.fixed)


def _possessions(world: World) -> None:
    """What belongs to Andi besides records: an import, a change set, a private list view."""
    with acting(world.people["owner"]) as stretch:
        record = world.hidden["customers.contact"]
        world.hidden["customers.contact"] = update(
            record, {title_texts(registry.of(record))[0]: f"{SECRET} Ani"}
        )
        world.change_set = stretch.change_set or 0
        world.job = ImportJob(user=world.people["owner"], module="customers.contact", slug="contacts",
                              name=f"{SECRET}.csv", status="done", change_set=world.change_set,
                              sums={"owner": {"": [1, 1, {}, {}]}})  # fmt: skip
        world.job.keep(ContentFile(f"Nama\n{SECRET}\n".encode()))
        ImportJob.objects.bulk_create([world.job])
        ImportFault.objects.bulk_create([ImportFault(job=world.job, row=2, cells=[SECRET], reasons=[])])
        world.bulk = BulkJob(user=world.people["owner"], act="edit", module="customers.contact", slug="contacts",
                             status="done", total=1)  # fmt: skip
        BulkJob.objects.bulk_create([world.bulk])
        BulkFault.objects.bulk_create(
            [BulkFault(job=world.bulk, module="customers.contact", record=record.pk, title=SECRET)]
        )
    close_change_set()
    with acting(world.people["owner"]):
        _hang(world, record.pk)
        make_token(world.people["owner"], f"{SECRET} program", {"*": ["read"]})
        world.export = ExportJob(user=world.people["owner"], module="customers.contact", slug="contacts",
                                 asked={"condition": None, "columns": ["last_name"]})  # fmt: skip
        ExportJob.objects.bulk_create([world.export])
        run_export(world.export)
        wanted = {"name": f"{SECRET} panas", "slug": "contacts", "view": "all", "format": "csv", "shape": "view",
                  "every": "day", "hour": "5", "place": "mail", "recipients": world.people["owner"].email}  # fmt: skip
        world.schedule = make_schedule(world.people["owner"], wanted)
        world.api_token = tokens_of(world.people["owner"]).get()
        world.proposal = Proposal(
            user=world.people["owner"], token=world.api_token, program="Program", title=SECRET, rows=1, state="waiting",
            operations=[{"entry": "contacts", "op": "create", "values": {"last_name": SECRET}}],
        )  # fmt: skip
        Proposal.objects.bulk_create([world.proposal])
        make_key(world.people["owner"], f"{SECRET} gudang")
        world.access_key = keys_of(world.people["owner"]).get()
    close_change_set()
    with acting(SYSTEM, via="system"):
        turn(True)
        values = {
            "name": f"{SECRET} gudang",
            "url": "https://1.1.1.1/",
            "module": "contacts",
            "events": ["created"],
        }
        world.webhook = make_webhook(world.people["owner"].pk, values)
        values = {"module": "customers.contact", "name": f"{SECRET} panas", "user": world.people["owner"].pk,
                  "condition": {"all": []}, "columns": ["number"], "sort": []}  # fmt: skip
        world.view = create(SavedView, values, authorised="a private list view")


def _hang(world: World, id: int) -> None:
    """What hangs on Andi's contact, and what he was told of it."""
    world.comment = comment.say(id, f"<p>{SECRET} komentar</p>")
    world.file = attachment.attach(id, [SimpleUploadedFile(f"{SECRET}.txt", b"isi")], None)[0]
    world.tag = create(Tag, {"name": f"{SECRET} tanda", "visibility": "private"})
    world.notification = Notification(
        user=world.people["owner"], kind="comment", record_id=id, comment=world.comment
    )
    Notification.objects.bulk_create([world.notification])


def _sign_in(world: World) -> None:
    for person in world.people.values():
        person.set_password(PASSWORD)
        person.save()
    world.clients = {name: signed_in(person) for name, person in world.people.items()}
    world.clients["nobody"] = Client()
    with acting(SYSTEM, via="system"):
        update(world.people["suspended"], {"status": "suspended"}, authorised="the walk needs one")
