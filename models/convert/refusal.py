"""Why a pipeline is not converted."""


class Refusal(Exception):
    """A sentence that names the component and what to do."""
