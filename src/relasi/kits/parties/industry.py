"""Industry: what an account lives from. A company keeps the list as it needs it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices, open_list


@open_list("industry", _("Industry"))
class Industry(Choices):
    APPAREL = "apparel", _("Apparel"), "", "Garmen"
    BANKING = "banking", _("Banking")
    BIOTECHNOLOGY = "biotechnology", _("Biotechnology")
    CHEMICALS = "chemicals", _("Chemicals"), "", "Materials"
    COMMUNICATIONS = "communications", _("Communications"), "", "Communication Services"
    CONSTRUCTION = "construction", _("Construction")
    CONSULTING = "consulting", _("Consulting")
    EDUCATION = "education", _("Education")
    ELECTRONICS = "electronics", _("Electronics")
    ENERGY = "energy", _("Energy")
    ENGINEERING = "engineering", _("Engineering")
    ENTERTAINMENT = "entertainment", _("Entertainment")
    ENVIRONMENTAL = "environmental", _("Environmental")
    FINANCE = "finance", _("Finance"), "", "Financials|Financial Services"
    FOOD_BEVERAGE = "food_beverage", _("Food and beverage"), "", "Food & Beverage|Consumer Staples"
    GOVERNMENT = "government", _("Government")
    HEALTHCARE = "healthcare", _("Healthcare"), "", "Health Care"
    HOSPITALITY = "hospitality", _("Hospitality"), "", "Hotel"
    INSURANCE = "insurance", _("Insurance")
    MACHINERY = "machinery", _("Machinery")
    MANUFACTURING = "manufacturing", _("Manufacturing"), "", "Industrials|Pabrik"
    MEDIA = "media", _("Media")
    NOT_FOR_PROFIT = "not_for_profit", _("Not for profit"), "", "Non Profit"
    RECREATION = "recreation", _("Recreation")
    RETAIL = "retail", _("Retail"), "", "Consumer Discretionary|Eceran"
    SHIPPING = "shipping", _("Shipping"), "", "Ekspedisi"
    TECHNOLOGY = "technology", _("Technology"), "", "Information Technology|IT"
    TELECOMMUNICATIONS = "telecommunications", _("Telecommunications")
    TRANSPORTATION = "transportation", _("Transportation")
    UTILITIES = "utilities", _("Utilities")
    AGRICULTURE = "agriculture", _("Agriculture")
    MINING = "mining", _("Mining")
    REAL_ESTATE = "real_estate", _("Real estate"), "", "Properti"
    OTHER = "other", _("Other")
