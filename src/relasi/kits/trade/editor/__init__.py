"""Editor: the page on which trade documents are written: lines, live totals, terms."""
