"""Gateway kind: the payment gateways there is an adapter for."""

from relasi.engine.fields.choice import Choices


class GatewayKind(Choices):
    MIDTRANS = "midtrans", "Midtrans"
