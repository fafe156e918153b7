"""The front doors."""
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from denimhub import health, pages
from denimhub.csp_reports import take_report
from denimhub.dp import documentation
from denimhub.lender_callbacks import take_callback
from denimhub.registry_downloads import download_file, download_page
from denimhub.sms_callbacks import take_smsc

urlpatterns: list[URLPattern | URLResolver] = [
    path('', pages.start, name='start'),
    path('favicon.ico', RedirectView.as_view(url='/static/denimhub/icon.svg')),
    path('dp/', include('denimhub.dp.urls')),
    path('schema/', documentation.schema, name='schema'),
    path('docs/', documentation.Docs.as_view(), name='docs'),
    path('accounts/', include('denimhub.people.urls')),
    path('', include('denimhub.registration.urls')),
    path('admin/', admin.site.urls),
    path('lenders/callback/<slug:code>', take_callback, name='lender_callback'),
    path('registries/download/<str:token>', download_page, name='registry_download'),
    path('registries/download/<str:token>/<uuid:guid>', download_file, name='registry_download_file'),
    path('sms/callback/smsc', take_smsc, name='smsc_callback'),
    path('csp-report', take_report, name='csp_report'),
    path('livez', health.livez),
    path('readyz', health.readyz),
    path('healthz', health.healthz),
]
