"""Partners, points and products in the workstation."""
from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from partners.models import Partner, Point, Product


class PointInline(admin.TabularInline[Point, Partner]):
    model = Point
    extra = 0


class ProductInline(admin.TabularInline[Product, Partner]):
    model = Product
    extra = 0


@admin.register(Partner)
class PartnerAdmin(admin.ModelAdmin[Partner]):
    list_display = ('name', 'guid', 'is_sandbox', 'is_blocked', 'created_at')
    list_filter = ('is_sandbox', 'is_blocked')
    search_fields = ('name', 'guid')
    readonly_fields = ('guid', 'created_at')
    inlines = (PointInline, ProductInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Partner | None = None) -> tuple[str, ...]:
        """A partner never moves between sandbox and live."""
        return ('guid', 'created_at') if obj is None else ('guid', 'created_at', 'is_sandbox')

    def has_delete_permission(self, request: HttpRequest, obj: Partner | None = None) -> bool:
        """Partners are blocked, never deleted."""
        return False
