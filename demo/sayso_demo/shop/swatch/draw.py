"""Draw one product: a wall, a shadow, and the cloth in the shape it is used in."""

from __future__ import annotations

from sayso_demo.shop.catalogue import Product
from sayso_demo.shop.swatch.colours import darker, dye, is_pale, lighter, mix
from sayso_demo.shop.swatch.shapes import SHAPES
from sayso_demo.shop.swatch.weaves import weave

WIDTH, HEIGHT = 400, 480


def picture(product: Product) -> str:
    """Return an SVG picture, 400 by 480, always the same for the same product."""
    colour = dye(product.colour)
    wall = _wall(colour)
    shape = SHAPES.get(product.type, SHAPES["cushion"])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"<defs>{weave(product.material, colour, 'cloth')}{_lights(wall)}</defs>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#wall)"/>'
        f"{shape(colour, wall)}</svg>"
    )


def _wall(colour: str) -> str:
    """Return the wall behind the cloth: plaster with a breath of the cloth's own colour."""
    return mix("#d9cfbf", colour, 0.16) if is_pale(colour) else mix("#efe8dc", colour, 0.12)


def _lights(wall: str) -> str:
    return (
        f'<linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop stop-color="{lighter(wall, 0.45)}"/>'
        f'<stop offset="1" stop-color="{darker(wall, 0.1)}"/></linearGradient>'
        '<linearGradient id="side"><stop stop-color="#fff" stop-opacity=".2"/><stop offset=".55" stop-opacity="0"/>'
        '<stop offset="1" stop-opacity=".26"/></linearGradient>'
        '<linearGradient id="down" x1="0" y1="0" x2="0" y2="1"><stop stop-color="#fff" stop-opacity=".22"/>'
        '<stop offset=".5" stop-opacity="0"/><stop offset="1" stop-opacity=".24"/></linearGradient>'
        '<linearGradient id="fold"><stop stop-opacity=".3"/><stop offset=".45" stop-color="#fff" stop-opacity=".2"/>'
        '<stop offset="1" stop-opacity=".3"/></linearGradient>'
        '<radialGradient id="pillow" cx=".4" cy=".34" r=".8"><stop stop-color="#fff" stop-opacity=".18"/>'
        '<stop offset=".7" stop-opacity="0"/><stop offset="1" stop-opacity=".34"/></radialGradient>'
        '<radialGradient id="shadow"><stop stop-color="#1d1712" stop-opacity=".34"/>'
        '<stop offset="1" stop-color="#1d1712" stop-opacity="0"/></radialGradient>'
    )
