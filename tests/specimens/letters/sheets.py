"""One A4 page while it is drawn. Lengths in mm from the upper left corner, type sizes in pt."""

from PIL import Image, ImageChops, ImageDraw

from tests.specimens.letters.faces import Face, face_for, font

WIDTH, HEIGHT = 210.0, 297.0
BLACK, RED, BLUE = (30, 30, 32), (206, 28, 34), (38, 52, 140)
_MM_PER_PT = 25.4 / 72


class Sheet:
    """Print and rules first; ink of stamps comes over them and darkens what it covers."""

    def __init__(self, dpi: int) -> None:
        self.dpi = dpi
        self.scale = dpi / 25.4
        self.picture = Image.new("RGB", (round(WIDTH * self.scale), round(HEIGHT * self.scale)), "white")
        self._pen = ImageDraw.Draw(self.picture)

    def write(
        self, text: str, x: float, y: float, face: Face, size: float, colour: tuple[int, int, int] = BLACK
    ) -> None:
        """One line whose characters stand between y and y + size."""
        at = x * self.scale
        base = (y + 0.88 * size * _MM_PER_PT) * self.scale
        for piece, one in _runs(text, face):
            type_ = font(one, round(size * self.dpi / 72))
            self._pen.text((at, base), piece, fill=colour, font=type_, anchor="ls")
            at += type_.getlength(piece)

    def rule(self, x: float, y: float, width: float, height: float, colour: tuple[int, int, int] = RED) -> None:
        box = (x, y, x + width, y + height)
        self._pen.rectangle([round(length * self.scale) for length in box], fill=colour)

    def press(self, ink: Image.Image, x: float, y: float) -> None:
        """A stamp with its middle at x, y."""
        layer = Image.new("RGB", self.picture.size, "white")
        layer.paste(ink, (round(x * self.scale - ink.width / 2), round(y * self.scale - ink.height / 2)), ink)
        self.picture = ImageChops.multiply(self.picture, layer)
        self._pen = ImageDraw.Draw(self.picture)


def width_of(text: str, face: Face, size: float) -> float:
    """In mm."""
    return sum(font(one, 100).getlength(piece) for piece, one in _runs(text, face)) / 100 * size * _MM_PER_PT


def wrapped(text: str, face: Face, size: float, width: float) -> list[str]:
    """Lines of at most a width; none begins with a closing mark."""
    lines, used = [""], 0.0
    for character in text:
        wide = width_of(character, face, size)
        if used + wide > width and character not in "，。、；：！？）》”〕":
            lines, used = [*lines, ""], 0.0
        lines[-1] += character
        used += wide
    return lines


def _runs(text: str, face: Face) -> list[tuple[str, Face]]:
    """Pieces that one face can write."""
    runs: list[tuple[str, Face]] = []
    for character in text:
        one = face_for(face, character)
        if runs and runs[-1][1] is one:
            runs[-1] = (runs[-1][0] + character, one)
        else:
            runs.append((character, one))
    return runs
