"""Forms that allauth asks for."""

from allauth.account.forms import RequestLoginCodeForm
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sayso.centre.visitor import right_now
from sayso.identity import services as identity
from sayso.identity.proofing import limits


class SignInForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth is untyped
    """Ask for an address. A known and an unknown one are answered alike, and nobody signs up first."""

    def clean_email(self) -> str:
        """Find or make the login behind the address, within the limits."""
        email: str = self.cleaned_data["email"].lower()
        now = right_now()
        if not limits.take("sign_in_address", email, now):
            raise ValidationError(_("Too many codes were asked for. Please wait a quarter of an hour."))
        self._user = get_user_model().objects.get(pk=identity.person_for(email, now))
        return email
