"""How each material is woven: a small tile that repeats over the whole cloth."""

from __future__ import annotations

from sayso_demo.shop.swatch.colours import darker, lighter


def weave(material: str, colour: str, name: str) -> str:
    """Return an SVG pattern `name` in which this material shows itself."""
    size, threads = _TILES.get(material, _TILES["cotton"])
    drawn = threads.format(dark=darker(colour, 0.28), light=lighter(colour, 0.34), deep=darker(colour, 0.45))
    return (
        f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<rect width="{size}" height="{size}" fill="{colour}"/>{drawn}</pattern>'
    )


_TILES: dict[str, tuple[int, str]] = {
    # Slubs: threads of uneven thickness in both directions.
    "linen": (
        22,
        '<g fill="none" stroke-linecap="round"><g stroke="{light}" opacity=".55">'
        '<path d="M0 3H22M0 14H22" stroke-width="1.1"/><path d="M4 8.5H17" stroke-width="2"/>'
        '<path d="M0 19H22" stroke-width=".6"/></g><g stroke="{dark}" opacity=".4">'
        '<path d="M3 0V22M13 0V22" stroke-width=".9"/><path d="M8 4V15" stroke-width="1.7"/>'
        '<path d="M18.5 0V22" stroke-width=".5"/></g></g>',
    ),
    # Plain weave: over one, under one.
    "cotton": (
        8,
        '<g fill="{dark}" opacity=".22"><rect width="4" height="4"/><rect x="4" y="4" width="4" height="4"/></g>'
        '<g fill="{light}" opacity=".3"><circle cx="6" cy="2" r="1"/><circle cx="2" cy="6" r="1"/></g>',
    ),
    # Herringbone.
    "wool": (
        24,
        '<g fill="none" stroke-width="2.4"><path stroke="{dark}" opacity=".42" '
        'd="M0 6L6 0M0 14L12 2M0 22L12 10M4 24L12 18M24 6L18 0M24 14L12 2M24 22L12 10M20 24L12 18"/>'
        '<path stroke="{light}" opacity=".4" d="M0 10L9 1M0 18L12 6M1 24L12 14M24 10L15 1M24 18L12 6M23 24L12 14"/></g>',
    ),
    # Coarse basket of two threads.
    "hemp": (
        20,
        '<g stroke-width="3.2" fill="none"><path stroke="{dark}" opacity=".32" d="M0 2.5H9M0 7H9M11 12.5H20M11 17H20"/>'
        '<path stroke="{light}" opacity=".42" d="M12.5 0V9M17 0V9M2.5 11V20M7 11V20"/></g>',
    ),
    # Satin: long floats, hardly a thread to be seen.
    "silk": (
        40,
        '<g fill="none" stroke="{light}" opacity=".5"><path d="M-4 44L44 -4" stroke-width="7" opacity=".35"/>'
        '<path d="M-10 24L24 -10M16 50L50 16" stroke-width="1"/></g>',
    ),
    # Twill of an even machine thread.
    "polyester": (
        9,
        '<path d="M-2 11L11 -2M-2 2L2 -2M7 11L11 7" stroke="{dark}" stroke-width="1.3" opacity=".34" fill="none"/>',
    ),
    # Ribs with a soft sheen.
    "bamboo fibre": (
        18,
        '<g><rect x="1" width="5" height="18" fill="{light}" opacity=".4"/>'
        '<rect x="10" width="4" height="18" fill="{light}" opacity=".24"/>'
        '<path d="M0 9C4 6 6 6 9 9S14 12 18 9" stroke="{dark}" stroke-width=".8" opacity=".35" fill="none"/>'
        '<path d="M8.5 0V18M17.5 0V18" stroke="{dark}" stroke-width=".9" opacity=".35"/></g>',
    ),
    # Wood pulp spun to water.
    "lyocell": (
        36,
        '<g fill="none" stroke-width="1.4"><path stroke="{light}" opacity=".55" d="M0 9C9 2 27 16 36 9"/>'
        '<path stroke="{dark}" opacity=".28" d="M0 21C9 14 27 28 36 21"/>'
        '<path stroke="{light}" opacity=".35" d="M0 32C9 25 27 39 36 32"/></g>',
    ),
    # Braid.
    "jute": (
        16,
        '<g fill="none" stroke-width="3" stroke-linecap="round"><path stroke="{dark}" opacity=".5" d="M2 2L8 7M10 9.5L15 14"/>'
        '<path stroke="{light}" opacity=".5" d="M14 2L9 7M7 9.5L2 14"/></g>',
    ),
    # Tufts.
    "kapok": (
        26,
        '<g fill="{light}" opacity=".7"><circle cx="7" cy="7" r="4.5"/><circle cx="20" cy="18" r="5"/></g>'
        '<g fill="{dark}" opacity=".16"><circle cx="19" cy="5" r="2.5"/><circle cx="6" cy="20" r="3"/></g>',
    ),
}
