"""Kits: behaviour that several modules share and the engine does not need."""
