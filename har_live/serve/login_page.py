"""The page that asks for the token: it brings its own look, for all else is behind the token."""

from __future__ import annotations

import base64
import hashlib

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  color: light-dark(#16202b, #e8eef3); background: light-dark(#f5f7fa, #0f151b); }
main { width: min(26rem, 100vw - 2rem); }
label { font-weight: 600; }
input, button { font: inherit; width: 100%; min-height: 44px; margin-top: .6rem;
  padding: .45rem .8rem; box-sizing: border-box; border: 1px solid #6b7883; border-radius: 10px; }
button { border-color: #0b6488; background: #0b6488; color: #fff; font-weight: 600; }
[role="alert"] { color: light-dark(#b3261e, #ff9c93); }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""By which a content security policy knows the style."""
_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>har-live</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><style>{_STYLE}</style></head>
<body><main><h1>har-live</h1>
<form method="post" action="/login">
<label for="token">Token, as the server printed it when it started</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Enter</button>
<p role="alert">%s</p></form></main></body></html>
"""
ASKING = _PAGE.replace("%s", "")
REFUSING = _PAGE.replace("%s", "That is not the token.")
