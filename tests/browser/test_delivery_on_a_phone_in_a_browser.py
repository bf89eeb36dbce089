"""Delivering with a phone in a real browser: the order becomes a delivery note, and the receiver signs for it at the door."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from relasi.engine.access.acting import acting
from relasi.modules.inventory.delivery_note import DeliveryNote
from tests.browser.document_pages import act, confirm, convert, saying
from tests.browser.product import PHONE, Product, width_of
from tests.make import again, make
from tests.modules.stocking import goods, of
from tests.modules.trading import approved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
say = saying("id")


def photo() -> Any:
    """A picture as a phone takes it at the door."""
    written = io.BytesIO()
    Image.new("RGB", (480, 640), "#b07a3c").save(written, "JPEG")
    return {"name": "pintu.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def sign(page: Page) -> None:
    """A stroke across the pad, as a finger draws it."""
    pad = page.locator(".signature-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    strokes = [(0.2, 0.7), (0.35, 0.2), (0.5, 0.8), (0.65, 0.3), (0.8, 0.6)]
    touches = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in strokes]
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touches[:1]})
    for touch in touches[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [touch]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("input[name=signature]")).to_have_value(re.compile(r"^data:image/png;base64,"))


def fits(page: Page) -> None:
    assert width_of(page) <= PHONE["width"]


def test_goods_are_handed_over_at_the_door_with_signature_and_photo(product: Product) -> None:
    admin = product.company.admin
    product.prefer(admin, language="id")
    with acting(admin):
        panel = goods(12, name="Panel surya 450 Wp", code="PV450")
        buyer = make("customers.Account", name="PT Samudra Pangan Lestari")
        order = approved(
            of(panel, 10, name="Panel surya 450 Wp"), account=buyer, subject="PLTS Atap Cikarang"
        )
    page = product.page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/sales-orders/{order.pk}/")
    convert(page, say("Make a delivery note"), "delivery-notes")
    fits(page)
    act(page, say("Dispatch"))
    confirm(page)
    note = DeliveryNote._base_manager.get()
    assert (note.status, again(panel).on_hand) == ("dispatched", 12)

    act(page, say("Delivered"))
    form = page.locator("#drawer[open] form.proof")
    expect(form).to_be_visible()
    fits(page)
    expect(form.locator(".proof-goods")).to_contain_text("Panel surya 450 Wp")
    form.locator("button[type=submit].btn-primary").click()
    expect(form.locator("[data-close]").first).to_be_visible()
    expect(form.locator("[aria-invalid=true]").first).to_be_visible()
    assert again(note).status == "dispatched"
    form.get_by_label(say("Received by")).fill("Bambang Sutrisno")
    form.get_by_label(say("Position of the receiver")).fill("Kepala gudang")
    page.locator("input[type=file][name=photo]").set_input_files(photo())
    sign(page)
    form.locator("button[type=submit].btn-primary").click()
    page.wait_for_url(f"**/delivery-notes/{note.pk}/")
    expect(page.locator(".ov-head")).to_contain_text("Terkirim")
    page.locator("[data-pane-tab=facts]").click()
    facts = page.locator(".facts:visible")
    expect(facts.filter(has_text="Bambang Sutrisno").first).to_contain_text("Kepala gudang")
    pictures = page.locator(".facts .ava img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).not_to_have_js_property("naturalWidth", 0)
    fits(page)
    stored = again(note)
    assert (stored.status, stored.received_by, stored.received_as) == (
        "delivered",
        "Bambang Sutrisno",
        "Kepala gudang",
    )
    assert again(panel).on_hand == 2
    page.goto(f"/sales-orders/{order.pk}/")
    expect(page.locator(".ov-head")).to_contain_text("Terkirim penuh")
