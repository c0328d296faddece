"""A chart of points, lines and intervals as SVG text: the same bytes from the same numbers."""

import math
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 700, 360, 64, 230, 34, 48
# Okabe and Ito: told apart by the colour-blind.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


class Axis:
    """Where a value of an axis lies, and its ticks."""

    def __init__(self, values, low, high, log):
        self.log = log
        scaled = [self._scaled(value) for value in values]
        self.low = self._scaled(low) if low is not None else min(scaled)
        self.high = self._scaled(high) if high is not None else max(scaled)

    def _scaled(self, value):
        return math.log10(value) if self.log else value

    def share(self, value):
        return (self._scaled(value) - self.low) / ((self.high - self.low) or 1.0)

    def ticks(self):
        if self.log:
            return [(10.0**e, f"1e{e}") for e in range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1)]
        span = (self.high - self.low) or 1.0
        step = 10.0 ** math.floor(math.log10(span / 4.0))
        step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= 6.0)
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [(k * step, f"{k * step:.6g}") for k in range(first, first + count)]


def chart(title, x_name, y_name, series, log_x=False, x_range=(None, None), y_range=(None, None)):
    """`series`: (name, points, is_line); a point is (x, y) or (x, y, low, high)."""
    points = [p for _, of_series, _ in series for p in of_series]
    x_axis = Axis([p[0] for p in points], *x_range, log_x)
    y_axis = Axis([v for p in points for v in p[1:]], *y_range, False)

    def x_at(value):
        return LEFT + x_axis.share(value) * (WIDTH - LEFT - RIGHT)

    def y_at(value):
        return HEIGHT - BOTTOM - y_axis.share(value) * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
           f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>']
    out += _frame(x_axis, y_axis, x_at, y_at, x_name, y_name)
    for index, (name, of_series, is_line) in enumerate(series):
        out += _series(COLOURS[index % len(COLOURS)], of_series, is_line, x_at, y_at)
        out += _legend(COLOURS[index % len(COLOURS)], name, TOP + 8 + 18 * index)
    return "\n".join([*out, "</svg>\n"])


def _frame(x_axis, y_axis, x_at, y_at, x_name, y_name):
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    out = []
    for value, text in y_axis.ticks():
        out.append(f'<path d="M{LEFT} {y_at(value):.1f}H{right}" stroke="#dddddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y_at(value) + 4:.1f}" text-anchor="end">{text}</text>')
    for value, text in x_axis.ticks():
        out.append(f'<path d="M{x_at(value):.1f} {bottom}v5" stroke="#000000"/>')
        out.append(f'<text x="{x_at(value):.1f}" y="{bottom + 18}" text-anchor="middle">{text}</text>')
    out.append(f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#000000"/>')
    out.append(f'<text x="{(LEFT + right) / 2:.1f}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_name)}</text>')
    middle = (TOP + bottom) / 2
    out.append(f'<text transform="translate(16 {middle:.1f}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>')
    return out


def _series(colour, points, is_line, x_at, y_at):
    out = []
    if is_line:
        path = "L".join(f"{x_at(p[0]):.1f} {y_at(p[1]):.1f}" for p in points)
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    for x, y, *ends in points:
        if ends:
            out.append(f'<path d="M{x_at(x):.1f} {y_at(ends[0]):.1f}V{y_at(ends[1]):.1f}" stroke="{colour}"/>')
        if ends or not is_line:
            out.append(f'<circle cx="{x_at(x):.1f}" cy="{y_at(y):.1f}" r="3" fill="{colour}"/>')
    return out


def _legend(colour, name, y):
    x = WIDTH - RIGHT + 14
    return [f'<path d="M{x} {y}h16" stroke="{colour}" stroke-width="3"/>',
            f'<text x="{x + 22}" y="{y + 4}">{escape(name)}</text>']
