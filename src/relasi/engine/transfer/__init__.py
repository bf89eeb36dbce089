"""Transfer: records from files into the modules."""
