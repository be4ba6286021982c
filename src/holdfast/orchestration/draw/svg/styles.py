"""The colours of a picture, on light ground and on dark: text stands out from its ground by 4.5 to 1 at least."""

LIGHT = {
    "page": "#ffffff",
    "group": "#f8f9fa",
    "leaf": "#ffffff",
    "edge": "#868e96",
    "text": "#212529",
    "said": "#495057",
    "running": "#fff3bf",
    "running-edge": "#e67700",
    "done": "#d3f9d8",
    "done-edge": "#2b8a3e",
    "failed": "#ffe3e3",
    "failed-edge": "#c92a2a",
    "ended": "#e9ecef",
    "ended-edge": "#868e96",
}
DARK = {
    "page": "#16181b",
    "group": "#1f2328",
    "leaf": "#2b3036",
    "edge": "#8b949e",
    "text": "#f1f3f5",
    "said": "#ced4da",
    "running": "#4a3a00",
    "running-edge": "#ffd43b",
    "done": "#12391c",
    "done-edge": "#51cf66",
    "failed": "#4b1a1a",
    "failed-edge": "#ff8787",
    "ended": "#343a40",
    "ended-edge": "#adb5bd",
}
STANDINGS = ("running", "done", "failed", "ended")


def _rules(colours: dict[str, str]) -> str:
    rules = [
        f".flow .page{{fill:{colours['page']}}}",
        f".flow .group>rect{{fill:{colours['group']};stroke:{colours['edge']}}}",
        f".flow .leaf>rect{{fill:{colours['leaf']};stroke:{colours['edge']}}}",
        f".flow polyline{{fill:none;stroke:{colours['edge']};stroke-width:1.5}}",
        f".flow .head path{{fill:{colours['edge']}}}",
        f".flow .name{{fill:{colours['text']}}}",
        f".flow .said,.flow .label{{fill:{colours['said']}}}",
        f".flow rect.behind{{fill:{colours['group']};stroke:none}}",
    ]
    for each in STANDINGS:
        edge = colours[f"{each}-edge"]
        rules.append(f".flow .leaf.{each}>rect{{fill:{colours[each]}}}")
        rules.append(f".flow .{each}>rect:not(.behind){{stroke:{edge};stroke-width:2}}")
    return "".join(rules)


STYLE = (
    ".flow text{font-family:'DejaVu Sans',Verdana,Geneva,sans-serif}"
    f"{_rules(LIGHT)}@media (prefers-color-scheme:dark){{{_rules(DARK)}}}"
)
