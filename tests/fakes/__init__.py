"""An app of fake modules: the engine is tested on parrots and knows no real module."""
