"""Paper: a trade document as a PDF, in the language of whoever it is for."""
