"""`python screenshots/make.py [--check]`: take the published pictures, or compare them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))


def taken() -> Iterator[tuple[str, str]]:
    """Every picture's file name and content."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS"):
        os.environ.pop(name, None)  # they change pictures, and are read on import
    from textual.widgets import Input

    from screenshots import scenes

    Input._toggle_cursor = lambda self: None  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        world = folder / "world.db"
        scenes.build(world)
        for scene in scenes.SCENES:
            for size in scenes.SIZES:
                yield f"{scene.name}-{size}.svg", scenes.picture(world, folder, scene, size)


def main() -> int:
    """Write, or with `--check` tell what differs; the exit status says whether all is current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    pictures = dict(taken())
    stale = {path.name for path in HERE.glob("*.svg")} - set(pictures)
    for name, picture in pictures.items():
        path = HERE / name
        if path.is_file() and path.read_text(encoding="utf-8") == picture:
            continue
        stale.add(name)
        if not check:
            path.write_text(picture, encoding="utf-8")
    if check and stale:
        print(f"not current: {', '.join(sorted(stale))}; run make screenshots", file=sys.stderr)
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
