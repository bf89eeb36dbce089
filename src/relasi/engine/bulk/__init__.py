"""Many records at once, as one act: what is wanted, a rehearsal, the run in batches, and taking it back."""
