"""Free time: a slot in which chosen colleagues work and are free, and the event they are invited to in it."""
