"""Words several of them share: industries, sources of leads and outcomes, and what they are called here."""

from __future__ import annotations

from relasi.engine.transfer.heading import plain

ACCOUNT, CONTACT, LEAD, DEAL = "customers.account", "customers.contact", "customers.lead", "sales.deal"


def signs(*lines: str) -> tuple[frozenset[str], ...]:
    """Each line is one set of headings: "Record ID, Create Date"."""
    return tuple(frozenset(plain(heading) for heading in line.split(",")) for line in lines)


def keyed(headings: dict[str, list[str]]) -> dict[str, str]:
    """Key of a target -> its headings, as heading -> key. The order stays."""
    return {plain(heading): key for key, written in headings.items() for heading in written}


LEAD_SOURCES = {
    "Web": "website", "Web Site": "website", "Web Download": "website", "Web Research": "website", "Online Store": "website",
    "Organic Search": "website", "Direct Traffic": "website", "Chat": "website", "Web form": "website",
    "Paid Search": "advertisement", "Paid Social": "social_media", "Organic Social": "social_media",
    "Facebook": "social_media", "Twitter": "social_media", "Phone Inquiry": "cold_call", "Phone": "cold_call",
    "Partner Referral": "partner", "External Referral": "word_of_mouth", "Referrals": "word_of_mouth",
    "Employee Referral": "employee", "Internal Seminar": "conference", "Seminar Partner": "conference",
    "Seminar-Internal": "conference", "Trade Show": "trade_show", "Email Marketing": "direct_mail", "Mail": "direct_mail",
    "Sales Mail Alias": "direct_mail", "Purchased List": "other", "Offline Sources": "other", "Other Campaigns": "other",
    "AI Referrals": "other", "Other": "other",
}  # fmt: skip

INDUSTRIES = {
    "Food & Beverage": "food_beverage", "Hospital": "healthcare", "Hospital & Health Care": "healthcare",
    "Not For Profit": "not_for_profit", "Nonprofit": "not_for_profit", "Nonprofit Organization Management": "not_for_profit",
    "Computer Software": "technology", "COMPUTER_SOFTWARE": "technology", "Information Technology and Services": "technology",
    "INFORMATION_TECHNOLOGY_AND_SERVICES": "technology", "INTERNET": "technology", "Data/Telecom OEM": "telecommunications",
    "ERP": "technology", "ASP": "technology", "MSP": "technology", "Wireless Industry": "telecommunications",
    "Network Equipment (Enterprise)": "telecommunications", "Service Provider": "communications",
    "Systems Integrator": "technology", "Storage Equipment": "technology", "Storage Service Provider": "technology",
    "Financial Services": "finance", "FINANCIAL_SERVICES": "finance", "BANKING": "banking", "INSURANCE": "insurance",
    "CONSTRUCTION": "construction", "RETAIL": "retail", "REAL_ESTATE": "real_estate", "RealEstate": "real_estate",
    "OIL_ENERGY": "energy", "Oil & Energy": "energy", "RENEWABLES_ENVIRONMENT": "environmental", "UTILITIES": "utilities",
    "HOSPITAL_HEALTH_CARE": "healthcare", "MANAGEMENT_CONSULTING": "consulting", "HOSPITALITY": "hospitality",
    "EDUCATION_MANAGEMENT": "education", "HIGHER_EDUCATION": "education", "MACHINERY": "machinery", "MINING_METALS": "mining",
    "LOGISTICS_AND_SUPPLY_CHAIN": "transportation", "FOOD_BEVERAGES": "food_beverage", "FOOD_PRODUCTION": "food_beverage",
    "GOVERNMENT_ADMINISTRATION": "government", "Government/Military": "government", "FARMING": "agriculture",
    "TEXTILES": "apparel", "APPAREL_FASHION": "apparel", "CHEMICALS": "chemicals", "TELECOMMUNICATIONS": "telecommunications",
    "AUTOMOTIVE": "transportation", "Large Enterprise": "other", "Small/Medium Enterprise": "other", "Management ISV": "other",
    "Optical Networking": "telecommunications", "Other": "other",
}  # fmt: skip

STAGES = {
    "Prospecting": "Prospek Baru", "Qualification": "Kualifikasi", "Needs Analysis": "Analisis Kebutuhan",
    "Value Proposition": "Proposisi Nilai", "Id. Decision Makers": "Analisis Kebutuhan",
    "Identify Decision Makers": "Analisis Kebutuhan", "Perception Analysis": "Proposisi Nilai",
    "Proposal/Price Quote": "Penawaran Harga", "Proposal or Price Quote": "Penawaran Harga",
    "Negotiation/Review": "Negosiasi", "Negotiation or Review": "Negosiasi", "Closed Won": "Menang", "Closed Lost": "Kalah",
    "Closed Lost to Competition": "Kalah", "Closed-Lost to Competition": "Kalah",
}  # fmt: skip

ACCOUNT_TYPES = {
    "Customer - Direct": "customer", "Customer - Channel": "customer", "Channel Partner / Reseller": "reseller",
    "Installation Partner": "integrator", "Technology Partner": "partner", "Distributor": "reseller", "Supplier": "other",
    "Vendor": "other", "VENDOR": "other",
}  # fmt: skip

DEAL_TYPES = {
    "Existing Customer - Upgrade": "existing", "Existing Customer - Replacement": "existing",
    "Existing Customer - Downgrade": "existing", "New Customer": "new", "newbusiness": "new", "existingbusiness": "existing",
}  # fmt: skip

LOST_REASONS = {"Too expensive": "price", "Price too high": "price", "No response": "no_decision"}

SALUTATIONS = {"Dr": "dr", "Prof": "prof", "Mr": "mr", "Ms": "ms", "Mrs": "mrs"}
