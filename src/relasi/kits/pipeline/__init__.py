"""Pipeline: records that move through stages, each with a probability, and the history of their moves."""
