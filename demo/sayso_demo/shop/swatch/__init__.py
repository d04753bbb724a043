"""Pictures of cloth, drawn from a product's attributes: a weave, a colour, a silhouette."""

from sayso_demo.shop.swatch.draw import picture

__all__ = ["picture"]
