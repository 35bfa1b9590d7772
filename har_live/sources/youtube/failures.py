"""yt-dlp's failures in words that say what to do next.

yt-dlp passes on what YouTube says, in English; nothing but the text tells the cases apart. The
texts are those of yt-dlp 2026.08.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

UPDATE = "pip install -U 'yt-dlp[default,deno]'"
SIGN_IN = "sign in with a browser and give --cookies-from-browser firefox (chrome, …)"

NO_RUNTIME = f"YouTube needs a JavaScript runtime that is missing; install it: {UPDATE}"

_RULES: tuple[tuple[str, str], ...] = (
    # What is wrong with the cookies comes first: all else may follow from it.
    (
        r"could not find \w+ cookies|could not read containers|cookies database",
        "the cookies of that browser can't be found; name the browser that you are signed in with",
    ),
    (
        r"(unsupported|unknown) (browser|keyring)",
        "cookies can't be read from that; give the name of a browser: firefox, chrome, edge, …",
    ),
    (
        r"decrypt|keyring|could not copy \w+ cookie",
        "that browser keeps its cookies locked; take Firefox, or close the browser and try again",
    ),
    (
        r"netscape format|failed to load cookies|http cookie file",
        "the file of --cookies is none; export it from the browser in Netscape's format",
    ),
    (r"not a bot|captcha", f"YouTube asks for proof that you are no robot; {SIGN_IN}"),
    (
        r"confirm your age|age.restricted|inappropriate for some",
        f"is for adults only; {SIGN_IN}",
    ),
    (
        r"private video|video is private|granted (you )?access",
        f"is private; ask its owner for access, then {SIGN_IN}",
    ),
    (
        r"members.only|join this channel|channel's members|premium",
        f"is for members only; become one, then {SIGN_IN}",
    ),
    (
        r"requires payment|purchase|\brent",
        f"must be paid for; buy it, then {SIGN_IN}",
    ),
    (
        r"(in|from) your (country|location|region)|geo.?restrict|blocked it in",
        "is not shown in this country; with a proxy elsewhere, set HTTPS_PROXY to its address",
    ),
    (
        r"http error 429|too many requests|rate.?limit|ip is likely being blocked|try again later",
        f"too many requests from here (429); wait an hour, or {SIGN_IN}",
    ),
    (
        r"premieres? |live event will begin|will begin (in|shortly)|upcoming",
        "has not begun; come back when it has",
    ),
    (r"not currently live|user is offline|is offline", "is not live now; come back when it is"),
    (
        r"live event has ended|live stream recording is not available",
        "is over, and there is no recording of it; choose another video",
    ),
    (r"drm protected", "is encrypted (DRM) and plays only in a browser; choose another video"),
    (
        r"unavailable|not available$|isn't available|has been removed|no longer available|"
        r"terminated|does not exist|been deleted|violat",
        "is not there (any more); check the address",
    ),
    (
        r"unsupported url|not a valid url|invalid url|incomplete youtube id|looks truncated|"
        r"no suitable extractor",
        "yt-dlp finds no video there; open the video itself and copy its address",
    ),
    (
        r"sign in|log ?in|registered users|authentication|http error 401",
        f"wants you to sign in; {SIGN_IN}",
    ),
    (r"http error 404", "the server has nothing there (404); check the address"),
    (r"http error 410", "is gone (410); check the address"),
    (r"http error 403", f"the server refuses (403); update yt-dlp: {UPDATE}; or {SIGN_IN}"),
    (r"http error 5\d\d", "the server failed (5xx); try again later"),
    (
        r"unable to (connect|download)|failed to resolve|name resolution|timed out|timeout|"
        r"connection|unreachable|ssl|certificate|proxy|bytes read",
        "can't be reached; check the network",
    ),
)
_NEEDS_RUNTIME = re.compile(r"requested format is not available|no video formats|403", re.I)
_SPEAKS_OF_RUNTIME = re.compile(r"javascript runtime|challenge solving failed", re.I)
_NO_PICTURES = re.compile(r"requested format is not available|no video formats", re.I)


def explain(message: str, warnings: Sequence[str] = (), *, version: str) -> str:
    """Return one clause: what is wrong and what to do.

    Args:
        message: yt-dlp's error text, with those of its causes.
        warnings: what it warned of before.
        version: of yt-dlp.
    """
    if _NEEDS_RUNTIME.search(message) and speaks_of_runtime(warnings):
        return NO_RUNTIME
    for pattern, words in _RULES:
        if re.search(pattern, message, re.IGNORECASE):
            return words
    if _NO_PICTURES.search(message):
        return f"no video in it that can be played; if YouTube shows one, update yt-dlp: {UPDATE}"
    return f"yt-dlp {version} can't read it; update it: {UPDATE}"


def speaks_of_runtime(warnings: Sequence[str]) -> bool:
    """Return whether yt-dlp misses the JavaScript runtime that YouTube's addresses ask for."""
    return any(_SPEAKS_OF_RUNTIME.search(warning) for warning in warnings)
