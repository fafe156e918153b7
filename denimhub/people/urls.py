"""Addresses of an account under allauth's own names. What is left out of allauth's list is not offered here."""
from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from denimhub.people import views
from denimhub.people.fresh import View, fresh_login_required


def _own(view: View) -> View:
    """For who is logged in and has given the password a moment ago."""
    return login_required(fresh_login_required(view))


urlpatterns: list[URLPattern] = [
    path('login/', account.login, name='account_login'),
    path('logout/', account.logout, name='account_logout'),
    path('inactive/', account.account_inactive, name='account_inactive'),
    path('signup/', RedirectView.as_view(url='/'), name='account_signup'),
    path('confirm/', views.confirm, name='account_reauthenticate'),
    path('password/change/', _own(account.password_change), name='account_change_password'),
    path('password/set/', RedirectView.as_view(pattern_name='account_change_password'), name='account_set_password'),
    path('password/reset/', views.with_mail_only(account.password_reset), name='account_reset_password'),
    path('password/reset/done/', account.password_reset_done, name='account_reset_password_done'),
    re_path(r'^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$', account.password_reset_from_key,
            name='account_reset_password_from_key'),
    path('password/reset/key/done/', account.password_reset_from_key_done,
         name='account_reset_password_from_key_done'),
    path('2fa/', login_required(second_step.index), name='mfa_index'),
    path('2fa/authenticate/', second_step.authenticate, name='mfa_authenticate'),
    path('2fa/reauthenticate/', views.confirm, name='mfa_reauthenticate'),
    path('2fa/totp/activate/', _own(totp.activate_totp), name='mfa_activate_totp'),
    path('2fa/totp/deactivate/', _own(totp.deactivate_totp), name='mfa_deactivate_totp'),
    path('2fa/recovery-codes/', _own(recovery.view_recovery_codes), name='mfa_view_recovery_codes'),
    path('2fa/recovery-codes/generate/', _own(recovery.generate_recovery_codes), name='mfa_generate_recovery_codes'),
]
