"""Loading of OpenCV: before PyAV, and where that fails, in words that say what is missing.

Both wheels bring a libxcb-shm of the same name, and a window of OpenCV's hangs for ever when PyAV's
was loaded before (PyAV#978, seen with av 18.1 and OpenCV 5.0). So whatever imports ``av`` imports
``cv2`` first; ruff's ``force-to-top`` keeps them in this order.
"""

from __future__ import annotations

_PACKAGES = {
    "libGL.so": "libgl1",
    "libgthread": "libglib2.0-0",
    "libglib": "libglib2.0-0",
    "libxcb": "libxcb1",
    "libX11": "libx11-6",
    "libSM": "libsm6",
    "libICE": "libice6",
    "libXext": "libxext6",
}
"""Start of a system library's name → the Debian package that brings it."""


def explain_import_error(error: ImportError) -> str | None:
    """One line that names what to install when OpenCV can't be imported.

    Returns:
        None when the error is not about OpenCV or a library that it needs.
    """
    library, separator, _ = str(error).partition(": cannot open shared object file")
    if separator:
        package = next((p for start, p in _PACKAGES.items() if library.startswith(start)), None)
        remedy = f"apt install {package}" if package else f"install the package that has {library}"
        return f"OpenCV can't load, {library} is missing: {remedy}"
    if error.name != "cv2":
        return None
    if isinstance(error, ModuleNotFoundError):
        return "OpenCV is not installed: pip install opencv-python"
    return f"OpenCV can't load ({error}): pip install --force-reinstall opencv-python"
