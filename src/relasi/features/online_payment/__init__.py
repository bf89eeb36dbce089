"""Online payment: the button of the public page, what gateways tell us, and their settings."""
