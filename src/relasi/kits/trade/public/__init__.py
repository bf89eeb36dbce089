"""Public: a document as its customer sees it, without an account."""
