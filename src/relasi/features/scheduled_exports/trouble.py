"""What can keep a scheduled export from its place."""


class Undelivered(Exception):
    """The file did not get to its place; the sentence says why. for_good: trying again would change nothing."""

    def __init__(self, sentence: str, for_good: bool = False):
        super().__init__(sentence)
        self.for_good = for_good
