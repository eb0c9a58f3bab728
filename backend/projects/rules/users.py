"""Moderation of users (spec astakos §1.5, §2.2)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.errors import Conflict
from backend.projects.model import User, UserAction

A = UserAction

# The reason that tells what deactivation suspended from what an admin had suspended.
USER_DEACTIVATION = "user_deactivation"


def refusal(action: A, user: User) -> Conflict | None:
    """Why this cannot be done to the user now."""
    why = _CHECKS[action](user)
    return Conflict(f"cannot {action} the user: {why}") if why else None


def _verify(user: User) -> str:
    return "the address is verified already" if user.email_verified else ""


def _accept(user: User) -> str:
    if not user.email_verified:
        return "the address is not verified"
    return "accepted already" if user.is_accepted else ""


def _reject(user: User) -> str:
    if not user.email_verified:
        return "the address is not verified"
    if user.moderated:
        return "moderated already"
    return "active" if user.is_active else ""


def _settled(user: User) -> str:
    if not user.email_verified:
        return "the address is not verified"
    return "" if user.is_accepted else "not accepted"


def _activate(user: User) -> str:
    return _settled(user) or ("active already" if user.is_active else "")


_CHECKS = {
    A.VERIFY: _verify,
    A.ACCEPT: _accept,
    A.REJECT: _reject,
    A.ACTIVATE: _activate,
    A.DEACTIVATE: _settled,
}


def changed(action: A, user: User, now: int) -> User:
    """The user after the action."""
    if action is A.VERIFY:
        return replace(user, email_verified=True)
    if action is A.REJECT:
        return replace(user, moderated=True, is_rejected=True)
    if action is A.DEACTIVATE:
        return replace(user, is_active=False, deactivated_at=now)
    if action is A.ACCEPT:
        user = replace(user, moderated=True, is_rejected=False)
    return replace(user, is_active=True, deactivated_reason="", deactivated_at=0)


def default_refusal(member: bool, alive_and_active: bool) -> str:
    """Why a project cannot be somebody's default (Q22), `` when it can."""
    if not alive_and_active:
        return "the project is not active"
    return "" if member else "not a member of the project"
