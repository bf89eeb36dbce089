"""The table of contents of this area."""

from relasi.modules.subscribing.mrr_move import MrrMove
from relasi.modules.subscribing.payment_details import PaymentDetails
from relasi.modules.subscribing.plan_change import PlanChange
from relasi.modules.subscribing.plan_form import PlanForm
from relasi.modules.subscribing.subscription import Subscription
from relasi.modules.subscribing.subscription_line import SubscriptionLine
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings
from relasi.modules.subscribing.transaction import Transaction

__all__ = [
    "MrrMove",
    "PaymentDetails",
    "PlanChange",
    "PlanForm",
    "Subscription",
    "SubscriptionLine",
    "SubscriptionPeriod",
    "SubscriptionSettings",
    "Transaction",
]
