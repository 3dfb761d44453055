# [25 lines as in ../empty/schema.py]
    "State",
# [8 lines as in ../struct/schema.py]
class State(_t.Flags):
    """A set of flags of the schema."""

    __slots__ = ()
    #: Of yesterday.
    OLD: _typing.ClassVar["State"]
    TOP: _typing.ClassVar["State"]


State._finish(OLD=0x1, TOP=0x80000000)
# [7 lines as in ../struct/schema.py]
        State: _TypeAlias = State
