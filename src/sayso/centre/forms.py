"""What is typed into the pages for signing in."""

from django import forms


class SignInForm(forms.Form):
    """An address. A known and an unknown one are answered alike, and nobody signs up first."""

    email = forms.EmailField(max_length=254)
