"""The one form: the token for a cookie."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from har_live.serve.gate import LOGIN_PATH
from har_live.serve.login_page import REFUSING
from har_live.serve.secrets import COOKIE, COOKIE_SECONDS, cookie_value, is_token
from har_live.serve.services import Shared

router = APIRouter()


@router.post(LOGIN_PATH, include_in_schema=False)
async def log_in(request: Request, services: Shared) -> Response:
    """Give a browser that brings the token a cookie that stands for it."""
    token = services.settings.token
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    if token is not None and not is_token(form.get("token", [""])[0], token):
        return HTMLResponse(REFUSING, 401)
    answer = RedirectResponse("/", 303)
    if token is not None:
        answer.set_cookie(
            COOKIE,
            cookie_value(token),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return answer
