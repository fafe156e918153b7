"""Routes, submissions and offers in the workstation."""
from __future__ import annotations

from django.contrib import admin

from offers.models import Offer, Route, RoutingDecision, Submission
from vault.admin_pages import ReadOnly


@admin.register(Route)
class RouteAdmin(admin.ModelAdmin[Route]):
    list_display = ('partner', 'lender', 'point', 'kind', 'min_amount', 'max_amount', 'is_active')
    list_filter = ('kind', 'is_active', 'lender')
    list_select_related = ('partner', 'lender', 'point')


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(ReadOnly, admin.ModelAdmin[RoutingDecision]):
    list_display = ('application', 'lender', 'is_asked', 'reason')
    list_filter = ('is_asked', 'reason', 'lender')
    list_select_related = ('application', 'lender')
    search_fields = ('=application__guid',)


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, admin.ModelAdmin[Submission]):
    list_display = ('application', 'lender', 'status', 'status_at', 'outcome_unknown_since', 'reason')
    list_filter = ('status', 'lender')
    list_select_related = ('application', 'lender')
    search_fields = ('=application__guid', '=lender_application_id')
    show_full_result_count = False


@admin.register(Offer)
class OfferAdmin(ReadOnly, admin.ModelAdmin[Offer]):
    list_display = ('application', 'lender', 'name', 'status', 'amount', 'term_value', 'rate', 'expires_at')
    list_filter = ('status', 'lender')
    list_select_related = ('application', 'lender')
    search_fields = ('=application__guid', '=guid')
    show_full_result_count = False
