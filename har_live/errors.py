"""The errors that har-live raises on purpose.

::

    HarLiveError
     ├─ SourceError    a video can't be opened, was lost, or holds nothing decodable
     ├─ SinkError      an output can't be written, or would overwrite a file
     ├─ WeightsError   weights are missing, damaged, or do not fit their card
     └─ BackendError   the runtime or device asked for is not on this machine

The message is one line for the person at the keyboard: what was given, what is wrong, what to do
next. A caller's wrong argument is a plain ``ValueError`` that names the value and the allowed ones.
The end of a stream is no error.
"""


class HarLiveError(Exception):
    """Base of all errors that har-live raises on purpose; its text is one helpful line."""


class SourceError(HarLiveError):
    """A video can't be opened, was lost, or holds nothing that can be decoded."""


class SinkError(HarLiveError):
    """An output can't be written, or writing it would overwrite something."""


class WeightsError(HarLiveError):
    """Raised where weights are missing, damaged, or do not fit the card beside them."""


class BackendError(HarLiveError):
    """The runtime, device or execution provider asked for is not there; nothing is substituted."""


def first_line(error: BaseException) -> str:
    """Return the first line of what another library says, which may say a page; its kind where it
    says nothing."""
    return next(iter(str(error).splitlines()), type(error).__name__)
