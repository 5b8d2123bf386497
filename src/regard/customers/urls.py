from django.urls import path

from regard.customers.views import export, identity, picture, relations, review, trust

urlpatterns = [
    path("customers", picture.find, name="customers-search"),
    path("customers/likely", picture.likely, name="customers-likely"),
    path("customers/new", picture.new, name="customers-new"),
    path("customers/review", review.review, name="customers-review"),
    path("customers/review/undo", review.review_undo, name="customers-review-undo"),
    path("customers/review/policy", review.review_policy, name="customers-review-policy"),
    path("customers/trust", trust.trust, name="customers-trust"),
    path("customers/trust/<slug:code>", trust.trust_edit, name="customers-trust-edit"),
    path("customers/<str:number>", picture.customer, name="customers-customer"),
    path("customers/<str:number>/export", export.export, name="customers-export"),
    path("customers/<str:number>/history", identity.history, name="customers-history"),
    path("customers/<str:number>/history/<int:pk>/undo", identity.undo, name="customers-undo"),
    path("customers/<str:number>/merge", identity.merge, name="customers-merge"),
    path("customers/<str:number>/records/<int:pk>/unlink", identity.unlink, name="customers-unlink"),
    path("customers/<str:number>/relate", relations.relate, name="customers-relate"),
    path("customers/<str:number>/relations/<int:pk>/end", relations.relation_end, name="customers-relation-end"),
    path("customers/<str:number>/sources", identity.sources, name="customers-sources"),
    path("customers/<str:number>/split", identity.split, name="customers-split"),
    path("customers/<str:number>/update", picture.update, name="customers-update"),
]
