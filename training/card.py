"""Pictures drawn by a seed: titles, flat shapes, wedges and fine lines, as captions and cartoons on tape have them.
Photographs show no lettering. Drawn with Pillow's own font; ours to give away, so CC0."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFont

SIZE = (1440, 1080)
_WORDS = (
    "THE END", "Summer 1989", "PLAY", "Reel 4", "Directed by", "14:35:07", "Grandmother", "CHRISTMAS", "Wien", "SP",
    "quick brown fox", "&?!", "1997", "Kapitel", "Music", "Holiday at the sea", "REC", "0123456789", "Hamburg",
)  # fmt: skip


def card(seed: int) -> Image.Image:
    """RGB, 1440×1080; the same seed, the same picture."""
    dice = random.Random(seed)

    def colour() -> tuple[int, int, int]:
        gray = dice.random() < 0.4
        tone = dice.randrange(256)
        return (tone, tone, tone) if gray else (dice.randrange(256), dice.randrange(256), dice.randrange(256))

    width, height = SIZE
    picture = Image.new("RGB", SIZE)
    ramp = Image.linear_gradient("L").resize(SIZE).rotate(dice.choice((0, 180)))
    picture.paste(Image.new("RGB", SIZE, colour()))
    picture.paste(Image.new("RGB", SIZE, colour()), mask=ramp)
    brush = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y = dice.randrange(-100, width), dice.randrange(-100, height)
        w, h = dice.randrange(20, 500), dice.randrange(20, 400)
        edge = dice.choice((None, colour()))
        match dice.randrange(4):
            case 0:
                brush.ellipse((x, y, x + w, y + h), colour(), edge, dice.randrange(1, 9))
            case 1:
                brush.rectangle((x, y, x + w, y + h), colour(), edge, dice.randrange(1, 9))
            case 2:
                points = [(x + dice.randrange(w), y + dice.randrange(h)) for _ in range(5)]
                brush.polygon(points, colour(), edge, dice.randrange(1, 6))
            case _:
                gap, thick, lean = dice.randrange(3, 24), dice.randrange(1, 6), dice.randrange(-60, 60)
                for at in range(x, x + w, gap):
                    brush.line((at, y, at + lean, y + h), colour() if gap > 12 else (230, 230, 225), thick)
    for _ in range(30):
        font = ImageFont.load_default(dice.randrange(18, 130))
        place = dice.randrange(-50, width), dice.randrange(height)
        rim = dice.choice((0, 0, 2, 4))
        brush.text(place, dice.choice(_WORDS), colour(), font, stroke_width=rim, stroke_fill=colour())
    # lines drawn without half tones are sharper than any camera's: soften by a little
    return picture.resize((width * 2 // 3, height * 2 // 3), Image.Resampling.BOX).resize(
        SIZE, Image.Resampling.BICUBIC
    )
