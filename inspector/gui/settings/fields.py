"""What the Settings page asks for."""

from __future__ import annotations

from inspector.domain.config import Crop, Direction, PictureFormat
from inspector.gui.widgets.forms import Field
from inspector.gui.words import KEEP, MODES

#: Stands under the precision; the page adds what was measured.
PRECISION_HINT = "how exactly the network computes; auto takes the fastest here that passed the model's gate"


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


def recipe_sections() -> list[tuple[str, str, list[Field]]]:
    """Return the sections of a recipe: name, hint, fields."""
    return [
        (
            "Source",
            "Where the pictures come from. Changes are saved as the recipe's next version and used at once.",
            [
                Field(name="name", words="Recipe", kind="text", hint="Another name makes a new recipe."),
                Field(
                    name="source",
                    words="Source",
                    kind="proposal",
                    hint="camera:0, video:PATH, rtsp://…, folder:PATH or demo:",
                    choices=_same("camera:0", "demo:"),
                ),
                Field(
                    name="source_options.width_px",
                    words="Width",
                    kind="whole",
                    hint="camera: pixels",
                    empty="driver's",
                ),
                Field(
                    name="source_options.height_px",
                    words="Height",
                    kind="whole",
                    hint="camera: pixels",
                    empty="driver's",
                ),
                Field(
                    name="source_options.fps",
                    words="Rate",
                    kind="number",
                    hint="camera: pictures per second",
                    empty="driver's",
                ),
                Field(
                    name="source_options.exposure",
                    words="Exposure",
                    kind="number",
                    hint="camera: in its driver's own unit",
                    empty="automatic",
                ),
                Field(
                    name="source_options.backend",
                    words="Driver",
                    kind="choice",
                    hint="camera: which system interface is used",
                    choices=_same("auto", "v4l2", "dshow", "msmf", "avfoundation", "gstreamer"),
                ),
                Field(
                    name="source_options.as_fast_as_possible",
                    words="As fast as possible",
                    kind="flag",
                    hint="video, demo",
                ),
                Field(name="source_options.recursive", words="Sub-folders too", kind="flag", hint="folder"),
                Field(name="source_options.existing", words="Take what is there already", kind="flag", hint="folder"),
                Field(
                    name="source_options.polling",
                    words="Poll",
                    kind="flag",
                    hint="folder: for network shares without events",
                ),
                Field(
                    name="source_options.seed",
                    words="Seed",
                    kind="whole",
                    hint="demo: another line for another number",
                ),
                Field(
                    name="source_options.defect_rate",
                    words="Defect rate",
                    kind="number",
                    hint="demo: fraction of defective parts, 0 to 1",
                ),
            ],
        ),
        (
            "Region and trigger",
            "What of the picture is looked at, and when there is a part. Drag region and line in the picture.",
            [
                Field(
                    name="trigger.mode",
                    words="A part is",
                    kind="choice",
                    choices=tuple((mode.value, words) for mode, words in MODES.items()),
                ),
                Field(
                    name="trigger.direction",
                    words="Direction",
                    kind="choice",
                    hint="moving belt: which way parts move",
                    choices=_same(*(one.value for one in Direction)),
                ),
                Field(
                    name="trigger.line_fraction",
                    words="Line",
                    kind="number",
                    hint="moving belt: place along the region, 0 to 1",
                ),
                Field(
                    name="trigger.crop",
                    words="The model sees",
                    kind="choice",
                    choices=((Crop.REGION.value, "the region"), (Crop.PART.value, "a square around the part")),
                ),
                Field(
                    name="trigger.part_size_px",
                    words="Square",
                    kind="whole",
                    hint="side of that square in pixels",
                ),
                Field(name="region.x", words="Region, left", kind="whole", hint="pixels", empty="whole picture"),
                Field(name="region.y", words="Region, top", kind="whole", hint="pixels", empty="whole picture"),
                Field(name="region.width", words="Region, width", kind="whole", hint="pixels", empty="whole picture"),
                Field(
                    name="region.height",
                    words="Region, height",
                    kind="whole",
                    hint="pixels",
                    empty="whole picture",
                ),
                Field(
                    name="trigger.min_area_fraction",
                    words="Smallest part",
                    kind="number",
                    hint="fraction of the region; what is smaller is no part",
                ),
                Field(
                    name="trigger.foreground_level",
                    words="Contrast",
                    kind="whole",
                    hint="grey levels from the empty belt, 1 to 255",
                ),
                Field(
                    name="trigger.sharpest_of",
                    words="Sharpest of",
                    kind="whole",
                    hint="moving belt: frames around the line",
                ),
                Field(name="trigger.settle_s", words="At rest for", kind="number", hint="indexed station: seconds"),
                Field(name="trigger.interval_s", words="Interval", kind="number", hint="seconds"),
            ],
        ),
        (
            "Model and thresholds",
            "Which model judges, from which P(defective) on a part fails, and when a picture is too bad to be judged.",
            [
                Field(name="model", words="Model", kind="proposal", hint="name or folder of a bundle"),
                Field(
                    name="thresholds.fail_at",
                    words="Fail from",
                    kind="number",
                    hint="P(defective), 0 to 1; lower finds more and rejects more good parts",
                    empty="the model's own",
                ),
                Field(
                    name="thresholds.review_from",
                    words="Review from",
                    kind="number",
                    hint="P(defective), 0 to the fail threshold; parts between the two go to REVIEW",
                    empty="no review",
                ),
                Field(
                    name="quality.darkest_mean",
                    words="Black below",
                    kind="number",
                    hint="mean grey, 0 to 255: ERROR “bad image”",
                ),
                Field(
                    name="quality.max_saturated_fraction",
                    words="Saturated above",
                    kind="number",
                    hint="fraction of pixels at full scale, 0 to 1",
                ),
                Field(
                    name="quality.min_sharpness",
                    words="Out of focus below",
                    kind="number",
                    hint="variance of the Laplacian; 0 is off",
                ),
            ],
        ),
        (
            "Archive",
            "Which pictures are kept. Unreviewed failures are never removed, whatever the limits.",
            [
                Field(
                    name="archive.keep",
                    words="Keep",
                    kind="choice",
                    choices=tuple((policy.value, words) for policy, words in KEEP.items()),
                ),
                Field(name="archive.one_in", words="N", kind="whole", hint="of “one in N passes”"),
                Field(
                    name="archive.format",
                    words="Format",
                    kind="choice",
                    choices=((PictureFormat.PNG.value, "PNG, lossless"), (PictureFormat.WEBP.value, "WebP, small")),
                ),
                Field(name="archive.webp_quality", words="WebP quality", kind="whole", hint="1 to 100"),
                Field(name="archive.max_size_gb", words="Largest size", kind="number", hint="GB; 0 is no limit"),
                Field(name="archive.max_age_days", words="Greatest age", kind="whole", hint="days; 0 is no limit"),
            ],
        ),
    ]


def station_section() -> tuple[str, str, list[Field]]:
    """Return the section of the station itself."""
    return (
        "Station",
        "This station: its name, where the record is kept, where the network runs, how the window looks.",
        [
            Field(name="station", words="Name", kind="text", hint="stands in every row of the log"),
            Field(name="log_path", words="Result log", kind="file", empty="in the data folder"),
            Field(name="archive_path", words="Kept pictures", kind="folder", empty="in the data folder"),
            Field(
                name="device",
                words="Device",
                kind="choice",
                hint="where the network runs; auto takes an NVIDIA GPU where there is one, else the CPU",
                choices=_same("auto", "cpu", "cuda", "gpu", "npu"),
            ),
            Field(
                name="precision",
                words="Precision",
                kind="choice",
                hint=PRECISION_HINT,
                choices=_same("auto", "fp32", "bf16", "int8"),
            ),
            Field(name="shift_starts", words="Shifts start at", kind="hours", hint="hours, local time, with commas"),
            Field(
                name="appearance",
                words="Colours",
                kind="choice",
                choices=(("system", "as the system"), ("light", "light"), ("dark", "dark")),
            ),
            Field(name="heatmap_opacity", words="Heatmap opacity", kind="number", hint="0 to 1"),
            Field(name="heatmap_on_pass", words="Heatmap on passes too", kind="flag"),
        ],
    )
