"""What a guest may type."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms

from sayso_demo.shop.orders import Delivery
from sayso_demo.shop.templatetags.loom import say

COUNTRIES = ("IE", "AT", "BE", "DE", "ES", "FR", "IT", "NL", "PT", "SE", "US")
STATES = [
    "AL",
    "AK",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "DC",
    "FL",
    "GA",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "OH",
    "OK",
    "OR",
    "PA",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
]
AUTOCOMPLETE = {
    "name": "name",
    "email": "email",
    "phone": "tel",
    "line1": "address-line1",
    "city": "address-level2",
    "postcode": "postal-code",
    "region": "address-level1",
    "country": "country",
    "gift_note": "off",
}


class DeliveryForm(forms.Form):
    """Name and address of a guest; nothing is filled in beforehand."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField(max_length=254)
    phone = forms.CharField(max_length=40, required=False)
    line1 = forms.CharField(max_length=200)
    city = forms.CharField(max_length=100)
    postcode = forms.CharField(max_length=16)
    country = forms.ChoiceField(choices=[("", "")])
    region = forms.ChoiceField(choices=[("", ""), *((state, state) for state in STATES)], required=False)
    gift_note = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "—"), *((code, say(f"country.{code}")) for code in COUNTRIES)]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.label = say(f"field.{name}")
            field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]

    def clean(self) -> dict[str, Any]:
        """Ask for the state where the law depends on it, and nowhere else."""
        told = super().clean() or {}
        if told.get("country") == "US" and not told.get("region"):
            self.add_error("region", say("checkout.state_missing"))
        if told.get("country") != "US":
            told["region"] = ""
        return told

    def delivery(self) -> Delivery:
        """Return what was typed, once it is valid."""
        return Delivery(**self.cleaned_data)


class ImportedCustomer(forms.Form):
    """One row of a file of customers."""

    number = forms.RegexField(r"^C-\d{1,12}$")
    name = forms.CharField(max_length=200)
    email = forms.EmailField(max_length=254)
    phone = forms.CharField(max_length=40, required=False)
    fax = forms.CharField(max_length=40, required=False)
    line1 = forms.CharField(max_length=200)
    city = forms.CharField(max_length=100)
    postcode = forms.CharField(max_length=16)
    region = forms.CharField(max_length=8, required=False)
    country = forms.RegexField(r"^[A-Z]{2}$")

    def delivery(self, *, without: Collection[str] = ()) -> Delivery:
        """Return the row as the address book takes it, without the number and what is collected no more."""
        left = {"number", *without}
        return Delivery(**{name: value for name, value in self.cleaned_data.items() if name not in left})
