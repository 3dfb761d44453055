# [23 lines as in ../empty/schema.py]
    "ENABLED",
    "LEVELS",
    "RATIO",
    "SCHEMA",
    "SCHEMA_VERSION",
    "SLOTS",
# [7 lines as in ../struct/schema.py]
#: How deep a book is.
LEVELS: _typing.Final = 5

SLOTS: _typing.Final = 11

RATIO: _typing.Final = -0.5

ENABLED: _typing.Final = True
