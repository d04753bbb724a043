"""The silhouettes: each takes the cloth's colour and the wall's, and returns SVG shapes.

The pattern `cloth` is the weave; `side`, `down`, `fold` and `pillow` are the light that falls on it.
"""

from __future__ import annotations

from collections.abc import Callable

from sayso_demo.shop.swatch.colours import darker, lighter

Shape = Callable[[str, str], str]


def _cloth(path: str, light: str = "side") -> str:
    return f'<path d="{path}" fill="url(#cloth)"/><path d="{path}" fill="url(#{light})"/>'


def _shadow(y: int, width: int) -> str:
    return f'<ellipse cx="200" cy="{y}" rx="{width}" ry="20" fill="url(#shadow)"/>'


def curtain(colour: str, wall: str) -> str:
    """Two panels before a bright window."""
    window = (
        f'<rect x="104" y="84" width="192" height="300" fill="{lighter(wall, 0.85)}"/>'
        f'<path d="M200 84V384M104 214H296" stroke="{darker(wall, 0.16)}" stroke-width="5"/>'
        f'<rect x="104" y="84" width="192" height="300" fill="none" stroke="{darker(wall, 0.22)}" stroke-width="7"/>'
    )
    rod = '<path d="M34 62H366" stroke="#5b4634" stroke-width="8" stroke-linecap="round"/>'
    ends = '<g fill="#5b4634"><circle cx="32" cy="62" r="10"/><circle cx="368" cy="62" r="10"/></g>'
    left = _panel(48, colour)
    right = f'<g transform="matrix(-1 0 0 1 400 0)">{_panel(48, colour)}</g>'
    return window + _shadow(440, 180) + left + right + rod + ends


def _panel(x: int, colour: str) -> str:
    path = f"M{x} 62H{x + 118}C{x + 112} 190 {x + 84} 250 {x + 92} 436Q{x + 80} 444 {x + 68} 436T{x + 46} 437T{x + 22} 436T{x - 6} 437Z"
    folds = "".join(
        f'<path d="M{x + start} 62C{x + start - 2} 190 {x + start - lean} 260 {x + start - lean} 436h{wide}'
        f'C{x + start - lean + wide} 260 {x + start + wide} 190 {x + start + wide} 62Z" fill="url(#fold)"/>'
        for start, lean, wide in ((4, 2, 20), (32, 8, 22), (62, 14, 20), (92, 22, 18))
    )
    hem = f'<path d="M{x - 4} 420H{x + 91}" stroke="{darker(colour, 0.4)}" stroke-width="1.5" stroke-dasharray="4 3" opacity=".6"/>'
    return _cloth(path) + folds + hem


def towel(colour: str, wall: str) -> str:
    """A towel over a rail, two woven stripes and a fringe."""
    stripe = lighter(colour, 0.62)
    rail = '<path d="M70 98H330" stroke="#8a7a63" stroke-width="9" stroke-linecap="round"/>'
    back = f'<path d="M126 98H284V352H126Z" fill="{darker(colour, 0.32)}"/>'
    front = _cloth(
        "M116 100Q118 88 132 88H274Q288 88 288 100C290 220 284 300 287 404H118C121 300 114 220 116 100Z"
    )
    stripes = (
        f'<g fill="{stripe}" opacity=".85"><path d="M117 346H286V356H117Z"/><path d="M117 364H286V368H117Z"/>'
        '<path d="M117 334H286V338H117Z"/></g>'
    )
    fringe = "".join(f"M{x} 404v{15 + x % 7}" for x in range(121, 286, 6))
    folds = (
        '<path d="M160 90C164 220 156 300 160 404h26C182 300 190 220 184 90Z" fill="url(#fold)" opacity=".6"/>'
        '<path d="M236 90C240 220 230 300 236 404h18C250 300 258 220 252 90Z" fill="url(#fold)" opacity=".5"/>'
    )
    loose = f'<path d="{fringe}" stroke="{darker(colour, 0.12)}" stroke-width="2.4"/>'
    return _shadow(442, 130) + back + rail + front + folds + stripes + loose


def quilt(colour: str, wall: str) -> str:
    """A quilt laid out, stitched in diamonds, one corner turned back."""
    body = "M64 96Q200 82 336 96Q348 250 338 400Q200 416 62 400Q52 250 64 96Z"
    stitches = "".join(
        f"M{60 + step} 92L{60 + step - 200} 408M{340 - step} 92L{340 - step + 200} 408"
        for step in range(0, 480, 48)
    )
    thread = (
        f'<clipPath id="edge"><path d="{body}"/></clipPath><g clip-path="url(#edge)" fill="none">'
        f'<path d="{stitches}" stroke="{darker(colour, 0.42)}" stroke-width="2" opacity=".55"/>'
        f'<path d="{stitches}" transform="translate(2.5 2.5)" stroke="{lighter(colour, 0.6)}" stroke-width="1.6" opacity=".55"/></g>'
    )
    binding = f'<path d="{body}" fill="none" stroke="{darker(colour, 0.26)}" stroke-width="9" stroke-linejoin="round"/>'
    corner = (
        f'<path d="M338 400Q270 408 226 409Q262 372 270 326Q312 316 342 296Q344 350 338 400Z" fill="{darker(wall, 0.08)}" stroke="{darker(wall, 0.08)}" stroke-width="11"/>'
        f'<path d="M226 409Q262 372 270 326Q312 316 342 296Q318 372 226 409Z" fill="{lighter(colour, 0.55)}"/>'
        f'<path d="M226 409Q262 372 270 326Q312 316 342 296" fill="none" stroke="{darker(colour, 0.26)}" stroke-width="7" stroke-linejoin="round"/>'
    )
    return _shadow(424, 168) + _cloth(body, "pillow") + thread + binding + corner


def cushion(colour: str, wall: str) -> str:
    """A full cushion with piping."""
    body = "M86 118Q200 146 314 118Q330 112 330 134Q300 250 330 366Q330 388 312 382Q200 356 88 382Q70 388 70 366Q100 250 70 134Q70 112 86 118Z"
    piping = f'<path d="{body}" fill="none" stroke="{darker(colour, 0.3)}" stroke-width="5"/>'
    creases = (
        f'<g fill="none" stroke="{darker(colour, 0.45)}" stroke-width="2" opacity=".4" stroke-linecap="round">'
        '<path d="M84 134Q112 160 124 190M316 134Q290 158 278 186M86 366Q112 342 122 314M314 366Q290 344 280 318"/></g>'
    )
    return _shadow(394, 158) + _cloth(body, "pillow") + creases + piping


def rug(colour: str, wall: str) -> str:
    """A rug on the floor, seen from the doorway, with a border and two fringes."""
    floor = f'<path d="M0 170H400V480H0Z" fill="{darker(wall, 0.12)}"/><path d="M0 170H400" stroke="{darker(wall, 0.24)}" stroke-width="3"/>'
    boards = f'<path d="M60 170L-90 480M130 170L60 480M200 170V480M270 170L340 480M340 170L490 480" stroke="{darker(wall, 0.2)}" stroke-width="1.5" opacity=".6"/>'
    body = _cloth("M104 206H296L366 430H34Z", "down")
    pale, deep = lighter(colour, 0.55), darker(colour, 0.35)
    border = (
        f'<path d="M112 219H288L344 415H56Z" fill="none" stroke="{pale}" stroke-width="7" opacity=".85"/>'
        f'<path d="M121 230H279L328 402H72Z" fill="none" stroke="{deep}" stroke-width="3" opacity=".7"/>'
    )
    heart = f'<path d="M200 262L246 316L200 380L154 316Z" fill="{deep}" opacity=".34"/><path d="M200 282L228 316L200 356L172 316Z" fill="{pale}" opacity=".5"/>'
    near = "".join(f"M{x} 430l{(x - 200) // 40} 17" for x in range(40, 364, 9))
    far = "".join(f"M{x} 206l{(200 - x) // -60} -8" for x in range(107, 296, 7))
    return (
        floor
        + boards
        + _shadow(440, 190)
        + body
        + border
        + heart
        + f'<path d="{near}{far}" stroke="{pale}" stroke-width="2"/>'
    )


def blanket(colour: str, wall: str) -> str:
    """A blanket folded twice over the back of a bench."""
    bench = '<g fill="#6b5340"><rect x="44" y="150" width="312" height="16" rx="5"/><rect x="58" y="160" width="14" height="270"/><rect x="328" y="160" width="14" height="270"/><rect x="44" y="330" width="312" height="14" rx="4"/></g>'
    front = _cloth(
        "M108 146Q110 132 124 132H282Q296 132 296 146C300 230 290 300 294 386H110C114 300 104 230 108 146Z"
    )
    pale = lighter(colour, 0.5)
    checks = (
        f'<g fill="{pale}" opacity=".32"><path d="M142 133H162V386H142ZM242 133H262V386H242Z"/>'
        '<path d="M108 190H296V208H108ZM110 300H293V318H110Z"/></g>'
        f'<g fill="{darker(colour, 0.4)}" opacity=".34"><path d="M198 132H206V386H198ZM107 250H296V257H107Z"/></g>'
    )
    folds = '<path d="M176 133C172 230 180 300 176 386h24C204 300 196 230 200 133Z" fill="url(#fold)" opacity=".55"/>'
    fringe = "".join(f"M{x} 386q{x % 5 - 2} 12 {x % 3 - 1} 24" for x in range(113, 294, 8))
    return (
        _shadow(440, 170)
        + bench
        + front
        + checks
        + folds
        + f'<path d="{fringe}" stroke="{colour}" stroke-width="3.4" fill="none"/>'
    )


def sheet(colour: str, wall: str) -> str:
    """A made bed with two pillows and the sheet turned down."""
    board = '<path d="M52 132Q200 98 348 132V300H52Z" fill="#7a6049"/>'
    pillows = (
        f'<g stroke="{darker(colour, 0.28)}" stroke-width="2">'
        f'<path d="M74 204Q66 168 92 166Q140 174 184 166Q204 168 196 206Q202 244 180 248Q136 240 90 248Q68 244 74 204Z" fill="{lighter(colour, 0.42)}"/>'
        f'<path d="M204 206Q196 168 218 166Q264 174 308 166Q334 168 326 204Q332 244 310 248Q264 240 220 248Q198 244 204 206Z" fill="{lighter(colour, 0.34)}"/></g>'
    )
    bed = _cloth("M52 246Q200 230 348 246L366 428Q200 440 34 428Z", "down")
    turned = f'<path d="M50 246Q200 228 350 246L354 292Q200 274 46 292Z" fill="{lighter(colour, 0.5)}"/><path d="M46 292Q200 274 354 292" fill="none" stroke="{darker(colour, 0.3)}" stroke-width="2" stroke-dasharray="5 3"/>'
    creases = f'<path d="M120 300Q112 360 96 424M210 290Q216 360 206 430M292 296Q304 360 300 426" fill="none" stroke="{darker(colour, 0.4)}" stroke-width="3" opacity=".22"/>'
    return board + _shadow(438, 190) + bed + creases + pillows + turned


def tablecloth(colour: str, wall: str) -> str:
    """A cloth on a round table, falling in soft waves."""
    legs = '<g fill="#6b5340"><path d="M186 330H214L208 436H192Z"/><path d="M150 436Q200 420 250 436V442H150Z"/></g>'
    fall = "M52 196C52 250 44 300 38 352Q54 366 70 350Q92 338 108 360Q130 380 152 362Q176 346 200 366Q224 384 246 362Q270 344 292 360Q308 370 328 350Q346 338 362 352C356 300 348 250 348 196Z"
    folds = "".join(
        f'<path d="M{x} 214Q{x + lean} 290 {x + 2 * lean} 354h16Q{x + lean + 12} 290 {x + 12} 214Z" fill="url(#fold)" opacity=".7"/>'
        for x, lean in ((78, -8), (138, -3), (196, 0), (252, 4), (306, 9))
    )
    top = f'<ellipse cx="200" cy="196" rx="148" ry="46" fill="url(#cloth)"/><ellipse cx="200" cy="196" rx="148" ry="46" fill="{lighter(colour, 0.7)}" opacity=".28"/>'
    edge = f'<path d="M38 352Q54 366 70 350Q92 338 108 360Q130 380 152 362Q176 346 200 366Q224 384 246 362Q270 344 292 360Q308 370 328 350Q346 338 362 352" fill="none" stroke="{lighter(colour, 0.6)}" stroke-width="4"/>'
    bowl = '<path d="M160 176Q200 190 240 176Q236 206 214 208H186Q164 206 160 176Z" fill="#f4efe4"/><ellipse cx="200" cy="176" rx="40" ry="9" fill="#d9cfbd"/>'
    return _shadow(440, 130) + legs + _cloth(fall, "down") + folds + edge + top + bowl


def napkin(colour: str, wall: str) -> str:
    """Napkins folded in a stack, the topmost one turned on its corner."""
    deep = darker(colour, 0.3)
    stack = "".join(
        f'<path d="M82 {330 + step}L200 {286 + step}L318 {330 + step}L200 {378 + step}Z" fill="{tone}" stroke="{deep}" stroke-width="1"/>'
        for step, tone in ((44, darker(colour, 0.2)), (30, colour), (16, darker(colour, 0.12)), (2, colour))
    )
    top = _cloth("M200 96L310 222L200 348L90 222Z", "pillow")
    seam = f'<path d="M200 112L296 222L200 332L104 222Z" fill="none" stroke="{lighter(colour, 0.65)}" stroke-width="2.4" stroke-dasharray="7 4"/>'
    half = f'<path d="M200 348L90 222L200 250Z" fill="{deep}" opacity=".2"/><path d="M200 348L310 222L200 250Z" fill="#fff" opacity=".14"/>'
    return _shadow(420, 150) + stack + top + half + seam


SHAPES: dict[str, Shape] = {
    "curtain": curtain,
    "towel": towel,
    "quilt": quilt,
    "cushion": cushion,
    "rug": rug,
    "blanket": blanket,
    "sheet": sheet,
    "tablecloth": tablecloth,
    "napkin": napkin,
}
