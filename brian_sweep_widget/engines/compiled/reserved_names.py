"""Names of a model that cannot be names in C++, to which Brian hands them on as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Keywords, and constants that the C library's headers replace wherever they stand. The
# names of functions are no trouble: a variable hides them.
_KEYWORDS = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
    class compl const constexpr const_cast continue decltype default delete do double dynamic_cast
    else enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast return short signed sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typedef typeid typename union unsigned using virtual
    void volatile wchar_t while xor xor_eq
"""
_CONSTANTS = """
    BUFSIZ CHAR_BIT EOF HUGE_VAL INFINITY INT_MAX INT_MIN LONG_MAX LONG_MIN M_1_PI M_2_PI M_2_SQRTPI
    M_E M_LN10 M_LN2 M_LOG10E M_LOG2E M_PI M_PI_2 M_PI_4 M_SQRT1_2 M_SQRT2 NAN NULL RAND_MAX
    UINT_MAX errno
"""
_DECLARED = re.compile(
    r"^[ \t]*(?:const[ \t]+)?(?:double|float|char|bool|u?int\d*_t|int|long|size_t)[ \t]+"
    rf"({'|'.join((_KEYWORDS + _CONSTANTS).split())})[ \t]*[=;]",
    re.MULTILINE,
)


def reserved_name(sources: Mapping[str, str]) -> str:
    """Find a variable in generated C++ whose name C++ has for something else.

    Parameters
    ----------
    sources
        Texts by path.

    Returns
    -------
    str
        Its name; empty if there is none.
    """
    found = (_DECLARED.search(text) for text in sources.values())
    return next((one[1] for one in found if one is not None), "")
