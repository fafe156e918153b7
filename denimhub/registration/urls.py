"""Addresses of registration and of a partner's own pages."""
from __future__ import annotations

from django.urls import URLPattern, path

from denimhub.registration import partner_views, team_views, views

urlpatterns: list[URLPattern] = [
    path('registration/', views.register, name='registration'),
    path('registration/sent/', views.sent, name='registration_sent'),
    path('registration/letters/', views.outbox, name='registration_letters'),
    path('registration/confirm/<str:token>/', views.confirm, name='registration_confirm'),
    path('partner/', partner_views.overview, name='partner_page'),
    path('partner/guid/', partner_views.reveal, name='partner_reveal'),
    path('partner/turn/', partner_views.turn, name='partner_turn'),
    path('partner/ask-again/', partner_views.ask_again, name='partner_ask_again'),
    path('partner/calls/', partner_views.calls, name='partner_calls'),
    path('partner/guide/', partner_views.guide, name='partner_guide'),
    path('partner/sms/', partner_views.sms, name='partner_sms'),
    path('partner/access/', partner_views.access, name='partner_access'),
    path('partner/keys/new/', partner_views.new_key, name='partner_new_key'),
    path('partner/keys/<str:key_id>/revoke/', partner_views.drop_key, name='partner_drop_key'),
    path('partner/team/', team_views.team, name='partner_team'),
    path('partner/team/<int:user_id>/remove/', team_views.remove, name='partner_remove'),
    path('partner/team/invitations/<uuid:guid>/withdraw/', team_views.withdraw, name='partner_withdraw'),
    path('partner/join/<str:token>/', views.join, name='partner_join'),
]
