"""What cannot be written."""

from __future__ import annotations


class ScriptError(ValueError):
    """A simulation cannot be written as a script.

    Parameters
    ----------
    message
        Names what cannot be written, and what to do.
    user
        Which definition of the model uses it; empty while that is not known.
    """

    def __init__(self, message: str, user: str = "") -> None:
        super().__init__(f"{message} (used by {user})" if user else message)
        self.user = user

    def used_by(self, user: str) -> ScriptError:
        """Give the same error with the definition that uses what cannot be written."""
        return self if self.user else ScriptError(str(self), user)
