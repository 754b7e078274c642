"""What is asked of a training: the methods, and everything else that can be set, in groups with their units."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.gui.widgets.forms import EditorKind, Field

METHODS = {
    "auto": (
        "Automatic (recommended)",
        (
            "Tries every input size that can help, then pooling and augmentation. Keeps what is best on validation. "
            "Without a defective picture: good parts only; up to 20: memory and head."
        ),
    ),
    "good-only": (
        "good parts only",
        "5 good pictures or more, no defect: what is unlike them goes to review. Under a minute.",
    ),
    "few": (
        "memory and head (few)",
        (
            "5 good pictures or more, and defective ones, 1 is enough: what is like these fails, what is strange goes "
            "to review. Automatic tries it with many, too."
        ),
    ),
    "layer4": ("layer4", "ResNet-50 with its last stage and the head trained. Minutes."),
    "head": ("head only", "ResNet-50 as it is, a new last layer. Seconds; for a first look."),
    "deeper": ("deeper", "layer3 and layer4 trained too. Slow; for products unlike everyday pictures."),
    "baseline-cnn": ("baseline: small CNN", "Two layers from scratch, to compare with."),
    "baseline-svm": ("baseline: SVM", "Handcrafted features and an SVM, to compare with."),
}
_AUTO = "the method's own"
#: Sides of the input that are offered, pixels; the methods' own is the first, Automatic goes up to 896.
SIZES = (224, 320, 448, 512, 640, 896)
AUTO_SIZES = (224, 896)


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields that belong together, under a heading."""

    heading: str
    fields: tuple[Field, ...]


LEFT_GROUPS = (
    FieldGroup(
        heading="PICTURES",
        fields=(
            Field(
                name="preset",
                words="Augmentation may",
                kind=EditorKind.CHOICE,
                hint="what makes no difference to a part's being good",
                choices=(
                    ("standard", "turn, flip, change colours"),
                    ("orientation-matters", "change colours only"),
                    ("colour-matters", "turn and flip only"),
                    ("both-matter", "do neither"),
                    ("none", "do nothing at all"),
                ),
            ),
            Field(name="strength", words="Its strength", kind=EditorKind.NUMBER, hint="times the usual, 0 to 2"),
            Field(
                name="views", words="Views", kind=EditorKind.WHOLE, hint="augmented views of each picture", empty=_AUTO
            ),
            Field(
                name="input_size",
                words="Input size",
                kind=EditorKind.CHOICE,
                hint="more pixels find smaller defects and inspect slower",
                choices=(("", _AUTO), *((str(size), f"{size} pixels") for size in SIZES)),
            ),
            Field(
                name="bit_depth",
                words="Bit depth",
                kind=EditorKind.WHOLE,
                hint="bits used of 16, 9 to 16: 12 for many cameras; as in the recipe",
                empty="as the files say",
            ),
            Field(
                name="policy",
                words="Made square by",
                kind=EditorKind.CHOICE,
                choices=(("squash", "squashing"), ("letterbox", "bars"), ("centre-crop", "cutting the sides")),
            ),
        ),
    ),
    FieldGroup(
        heading="TEST AND VALIDATION",
        fields=(
            Field(
                name="test_fraction",
                words="Test part",
                kind=EditorKind.NUMBER,
                hint="fraction of the pictures, 0 to 1; looked at once",
            ),
            Field(
                name="validation_fraction",
                words="Validation part",
                kind=EditorKind.NUMBER,
                hint="fraction of the pictures, 0 to 1; for every choice",
            ),
            Field(
                name="folds",
                words="Folds",
                kind=EditorKind.WHOLE,
                hint="test every picture once in so many trainings; 0: no",
            ),
            Field(
                name="unseen",
                words="Types never seen",
                kind=EditorKind.CHOICE,
                hint="train again without each defect type, and see what passes",
                choices=(("auto", "from 3 types on, in the work budget"), ("yes", "measured"), ("no", "not measured")),
            ),
            Field(
                name="keep_together",
                words="Near duplicates together",
                kind=EditorKind.FLAG,
                hint="in one part of the split",
            ),
            Field(
                name="split",
                words="Split",
                kind=EditorKind.OPEN_FILE,
                hint="split.csv of another model",
                empty="a new one",
            ),
            Field(
                name="seed",
                words="Seed",
                kind=EditorKind.WHOLE,
                hint="a number; the same gives the same split and training",
            ),
        ),
    ),
)
RIGHT_GROUPS = (
    FieldGroup(
        heading="TRAINING",
        fields=(
            Field(
                name="budget_s",
                words="Work budget",
                kind=EditorKind.NUMBER,
                hint="of Automatic, as seconds of two quiet cores",
            ),
            Field(
                name="largest_size",
                words="Largest input",
                kind=EditorKind.WHOLE,
                hint="of Automatic, pixels; a larger one means fewer parts per second",
                empty="as the pictures need",
            ),
            Field(
                name="epochs",
                words="Epochs",
                kind=EditorKind.WHOLE,
                hint="rounds over all pictures, at most",
                empty=_AUTO,
            ),
            Field(
                name="patience", words="Patience", kind=EditorKind.WHOLE, hint="epochs without improvement", empty=_AUTO
            ),
            Field(
                name="learning_rate",
                words="Learning rate",
                kind=EditorKind.NUMBER,
                hint="at its peak, per step",
                empty=_AUTO,
            ),
            Field(name="weight_decay", words="Weight decay", kind=EditorKind.NUMBER, hint="per step"),
            Field(name="batch", words="Batch", kind=EditorKind.WHOLE, hint="pictures per step"),
            Field(name="devices", words="Devices", kind=EditorKind.WHOLE, hint="GPUs that train one model together"),
        ),
    ),
    FieldGroup(
        heading="NETWORK",
        fields=(
            Field(
                name="pooling",
                words="Pooling",
                kind=EditorKind.CHOICE,
                hint="mix finds smaller defects",
                choices=(("", _AUTO), *_same("average", "generalised-mean", "mix")),
            ),
            Field(
                name="unfreeze",
                words="Deeper from",
                kind=EditorKind.CHOICE,
                choices=(("layer3", "layer3"), ("all", "the first layer")),
            ),
            Field(name="weights", words="Backbone", kind=EditorKind.OPEN_FILE, hint="weights file", empty="ImageNet"),
            Field(name="loss", words="Loss", kind=EditorKind.CHOICE, choices=_same("cross-entropy", "focal")),
            Field(name="mixing", words="Mixing", kind=EditorKind.CHOICE, choices=_same("none", "mixup", "cutmix")),
            Field(
                name="precision",
                words="Precision",
                kind=EditorKind.CHOICE,
                hint="int8 inspects fastest; float also suits other devices",
                choices=(("auto", "int8 if it passes"), ("float", "float only")),
            ),
        ),
    ),
    FieldGroup(
        heading="THRESHOLD AND REPORT",
        fields=(
            Field(
                name="rule",
                words="Threshold by",
                kind=EditorKind.CHOICE,
                choices=(("f1", "largest F1"), ("escapes", "escape limit"), ("cost", "costs")),
            ),
            Field(
                name="escape_limit",
                words="Escape limit",
                kind=EditorKind.NUMBER,
                hint="fraction of the defective parts, 0 to 1",
            ),
            Field(
                name="escape_cost", words="Cost of an escape", kind=EditorKind.NUMBER, hint="in any currency, per part"
            ),
            Field(
                name="reject_cost", words="Cost of a false reject", kind=EditorKind.NUMBER, hint="in the same, per part"
            ),
            Field(
                name="review_band",
                words="Review band",
                kind=EditorKind.NUMBER,
                hint="fraction of the parts, 0 to 1",
                empty="no review",
            ),
            Field(
                name="claim",
                words="Escape rate to show",
                kind=EditorKind.NUMBER,
                hint="fraction, 0 to 1, at 95 % confidence",
            ),
            Field(
                name="deep_maps",
                words="Compare heatmaps",
                kind=EditorKind.FLAG,
                hint="with other methods, where there are masks",
            ),
        ),
    ),
)
