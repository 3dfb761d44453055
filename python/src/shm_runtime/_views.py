"""Finding who still looks at a segment's bytes, for the message of a close that is refused.

A best effort, on a path that fails anyway: it looks through the interpreter's objects and the variables
of the functions that run.
"""

from __future__ import annotations

import gc
import sys
from types import FrameType
from typing import Any

#: How many views are named.
_LIMIT = 5


def describe_views(whole: object, own: memoryview) -> list[str]:
    """The views of an array's bytes, but for ``own``, with the variables that hold them."""
    names = _variables()
    found: list[str] = []
    more = 0
    for view in gc.get_objects():
        if type(view) is not memoryview or view is own or _object(view) is not whole:
            continue
        if len(found) < _LIMIT:
            found.append(_describe(view, names))
        else:
            more += 1
    if more:
        found.append(f"and {more} more")
    return found


def _object(view: memoryview) -> object:
    try:
        return view.obj
    except ValueError:  # released
        return None


def _describe(view: memoryview, names: list[tuple[str, Any]]) -> str:
    what = f"a view of {view.nbytes} bytes"
    holders = []
    for name, value in names:
        if value is view:
            holders.append(name)
        elif _rests_on(value, view):
            holders.append(f"{name} ({type(value).__module__}.{type(value).__name__})")
    return f"{what} held by {', '.join(holders)}" if holders else what


def _rests_on(value: Any, view: memoryview) -> bool:
    """Whether an array of NumPy, or a slice of one, lies in the view."""
    for _ in range(10):
        if type(value).__module__.partition(".")[0] != "numpy":
            return value is view
        value = getattr(value, "base", None)
    return False


def _variables() -> list[tuple[str, Any]]:
    """The variables of the functions that run, in all threads, and of their modules.

    This function's own frame is among those it walks, so at its end no name of it refers to one.
    """
    found: list[tuple[str, Any]] = []
    modules: set[int] = set()
    tops = list(sys._current_frames().values())
    while tops:
        frame: FrameType | None = tops.pop()
        while frame is not None:
            module, where = frame.f_globals, frame.f_code.co_name
            package = str(module.get("__name__", ""))
            if package.partition(".")[0] != __package__:
                scope = frame.f_locals
                if scope is not module:
                    found.extend((f"`{name}` in {where}()", value) for name, value in list(scope.items()))
                    _forget(scope)
                if id(module) not in modules:
                    modules.add(id(module))
                    values = list(module.items())
                    found.extend((f"`{name}` of module {package}", value) for name, value in values)
            frame = frame.f_back
    return found


def _references(scope: Any) -> int:
    return sys.getrefcount(scope)


def _calibrate() -> int:
    scope = sys._getframe().f_locals
    return _through(scope)


def _through(scope: Any) -> int:
    return _references(scope)  # one call deep, as in `_forget`


#: How many refer to the variables of a function that nobody else has asked for.
_ALONE = _calibrate()


def _forget(scope: Any) -> None:
    """Empties what nobody else has asked for.

    Before Python 3.13 the variables of a function are copied into a dict that its frame keeps, and with
    them whatever they hold.
    """
    if sys.version_info < (3, 13) and _references(scope) <= _ALONE:
        scope.clear()
