"""Brightside's door for granian."""

from sayso_demo.partner.app import Brightside
from sayso_demo.partner.settings import Settings

application = Brightside(Settings.read())
