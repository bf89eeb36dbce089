"""Lead source: where a lead, a person or a deal came from first."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices, open_list


@open_list("lead_source", _("Source"))
class LeadSource(Choices):
    COLD_CALL = "cold_call", _("Cold call")
    EXISTING_CUSTOMER = "existing_customer", _("Existing customer")
    SELF_GENERATED = "self_generated", _("Self generated")
    EMPLOYEE = "employee", _("Employee")
    PARTNER = "partner", _("Partner")
    PUBLIC_RELATIONS = "public_relations", _("Public relations")
    ADVERTISEMENT = "advertisement", _("Advertisement"), "", "Ads|Iklan Online"
    DIRECT_MAIL = "direct_mail", _("Direct mail")
    CONFERENCE = "conference", _("Conference")
    TRADE_SHOW = "trade_show", _("Trade show")
    WEBSITE = "website", _("Website"), "", "Web Site|Web|Website|Formulir web"
    SOCIAL_MEDIA = "social_media", _("Social media"), "", "Instagram|Facebook|TikTok|LinkedIn"
    MARKETPLACE = "marketplace", _("Marketplace"), "", "Tokopedia|Shopee"
    WHATSAPP = "whatsapp", _("WhatsApp"), "", "WA"
    WORD_OF_MOUTH = "word_of_mouth", _("Word of mouth"), "", "Referral|Referensi|Rekomendasi"
    OTHER = "other", _("Other"), "", "Lain-lain"
