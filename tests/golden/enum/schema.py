# [25 lines as in ../empty/schema.py]
    "Side",
# [8 lines as in ../struct/schema.py]
class Side(_t.Enum):
    """Who gives."""

    NONE = 0
    #: Takes.
    BUY = 1
    SELL = 2
# [7 lines as in ../struct/schema.py]
        Side: _TypeAlias = Side
