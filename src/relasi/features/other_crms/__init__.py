"""Other CRMs: the files that five of them export are recognised, with their ids, their owners and their words."""
