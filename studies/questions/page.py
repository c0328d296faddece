"""Tables and figures of a page of docs/questions, written between its markers."""

from common import ROOT, SMALL

PAGES = ROOT / "docs/questions"


def interval(exponent, digits=2):
    """An exponent of a probe as text: value and interval of 90%."""
    if exponent is None:
        return "none"
    value, low, high = (f"{exponent[key] + 0.0:.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} [{low}, {high}]".replace("-", "−")


def table(page, name, header, rows):
    """Prints a table; the long form also puts it into docs/questions/PAGE.md between its markers."""
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in (header, *rows)]
    lines.insert(1, "|" + "---|" * len(header))
    text = "\n".join(lines)
    print(f"{name}\n{text}\n")
    if SMALL:
        return
    file = PAGES / f"{page}.md"
    old = file.read_text()
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, rest = old.split(begin)
    _, after = rest.split(end)
    file.write_text(before + begin + text + end + after)


def figure(name, svg):
    """Keeps a figure of the long form as docs/questions/NAME.svg."""
    if not SMALL:
        (PAGES / f"{name}.svg").write_text(svg)
