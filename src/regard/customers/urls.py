from django.urls import path

from regard.customers import views

urlpatterns = [
    path("customers", views.find, name="customers-search"),
    path("customers/new", views.new, name="customers-new"),
    path("customers/<str:number>", views.customer, name="customers-customer"),
    path("customers/<str:number>/sources", views.sources, name="customers-sources"),
    path("customers/<str:number>/update", views.update, name="customers-update"),
]
