"""Fonts and style sheet on Qt's Fusion, in the colours of `inspector.domain.palette`."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from inspector.domain import palette
from inspector.paths import resources_dir

_log = logging.getLogger(__name__)

#: Smallest side of anything that can be pressed, in pixels.
TARGET_PX = 44
#: The five sizes of text, in pixels: headings and captions, quiet text, text, figures, the verdict.
TINY_PX, SMALL_PX, TEXT_PX, FIGURE_PX, VERDICT_PX = 11, 12, 14, 22, 60

_FAMILY = "Inter"
#: For what the typeface lacks: the simplified forms of characters, whichever others the system would take.
_CHINESE = ("Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei")
_FAMILIES = (_FAMILY, "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans", *_CHINESE)
_WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme(palette.Palette):
    """A palette that Qt can paint with."""

    def colour(self, name: str) -> QColor:
        """Return a colour of the palette by its field's name."""
        return QColor(getattr(self, name))


DARK = Theme(**asdict(palette.DARK))
LIGHT = Theme(**asdict(palette.LIGHT))


def lively(theme: Theme, name: str) -> QColor:
    """Return a verdict colour for text and lines on a panel."""
    return QColor(palette.LIVELY[name]) if theme.dark else theme.colour(name)


class ThemeHolder:
    """The palette in force; widgets ask it when they paint."""

    def __init__(self) -> None:
        self.theme = DARK

    def choose(self, appearance: str) -> Theme:
        """Set the palette by the settings' appearance: "system", "light" or "dark"."""
        if appearance == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            self.theme = LIGHT if scheme is Qt.ColorScheme.Light else DARK
        else:
            self.theme = LIGHT if appearance == "light" else DARK
        return self.theme


#: The one holder of the process.
CURRENT = ThemeHolder()


def apply(app: QApplication, theme: Theme) -> None:
    """Give the application its palette, font and style sheet."""
    roles = QPalette.ColorRole
    colours = QPalette()
    for role, name in (
        (roles.Window, "ground"),
        (roles.WindowText, "text"),
        (roles.Base, "field"),
        (roles.AlternateBase, "panel"),
        (roles.Text, "text"),
        (roles.Button, "panel"),
        (roles.ButtonText, "text"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "on_accent"),
        (roles.ToolTipBase, "panel"),
        (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "muted"),
        (roles.Link, "accent"),
    ):
        colours.setColor(role, theme.colour(name))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        colours.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("muted"))
    app.setPalette(colours)
    load_typeface()
    app.setFont(font(TEXT_PX))
    app.setStyleSheet(_sheet(theme))


def follow(appearance: str) -> bool:
    """Give the application the palette of the settings' appearance; return whether it is another than before."""
    app = QGuiApplication.instance()
    before, chosen = CURRENT.theme, CURRENT.choose(appearance)
    if not isinstance(app, QApplication) or (chosen is before and app.styleSheet()):
        return False
    apply(app, chosen)
    return True


def font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the interface font at a size, with tabular figures: a number that changes moves nothing."""
    typeface = QFont()
    typeface.setFamilies(list(_FAMILIES))
    typeface.setPixelSize(pixels)
    typeface.setWeight(weight)
    typeface.setFeature(QFont.Tag("tnum"), 1)
    return typeface


def paper() -> QPalette:
    """Return the palette of a page that is white in both themes, as it is on paper."""
    page = QPalette()
    page.setColor(QPalette.ColorRole.Base, LIGHT.colour("panel"))
    page.setColor(QPalette.ColorRole.Text, LIGHT.colour("text"))
    page.setColor(QPalette.ColorRole.Link, LIGHT.colour("accent"))
    return page


def figure(value: float | None, digits: int) -> str:
    """Return a whole number with spaces as wide as digits before it, so that nothing moves; a dash where it is None."""
    return f"{'–' if value is None else f'{value:.0f}':>{digits}}".replace(" ", "\u2007")


def load_typeface() -> None:
    """Load the typeface that ships with the program; without it, the system's own takes its place."""
    if QFontDatabase.hasFamily(_FAMILY):
        return
    for weight in _WEIGHTS:
        path = resources_dir() / "fonts" / f"Inter-{weight}.otf"
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            _log.warning("the typeface %s cannot be loaded; the system's own is used", path)
            return


def _sheet(t: Theme) -> str:
    shade = "dark" if t.dark else "light"
    arrow, left, right, up = (
        (resources_dir() / "icons" / f"{way}-{shade}.png").as_posix() for way in ("down", "left", "right", "up")
    )
    check = (resources_dir() / "icons" / f"check-{shade}.png").as_posix()
    return f"""
    QLabel, QToolTip {{ qproperty-textFormat: PlainText; }}  /* lots, files and errors are data, never markup */
    QLabel[rich="true"] {{ qproperty-textFormat: RichText; }}
    QPushButton, QCheckBox, QRadioButton, QComboBox[editable="false"] {{ qproperty-focusPolicy: TabFocus; }}
    QComboBox[editable="true"], QAbstractSpinBox {{ qproperty-focusPolicy: StrongFocus; }}
    QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.edge}; padding: 4px; }}
    #header {{ background: {t.bar}; border-bottom: 1px solid {t.edge}; }}
    #nav {{ background: {t.bar}; border-right: 1px solid {t.edge}; }}
    #status {{ background: {t.bar}; border-top: 1px solid {t.edge}; }}
    #status QLabel {{ color: {t.muted}; font-size: {SMALL_PX}px; }}
    #brand {{ font-size: {TEXT_PX}px; font-weight: 700; }}
    #card {{ background: {t.panel}; border: 1px solid {t.edge}; border-radius: 8px; }}
    QLabel[kind="muted"] {{ color: {t.muted}; font-size: {SMALL_PX}px; }}
    QLabel[kind="heading"] {{ color: {t.muted}; font-size: {TINY_PX}px; letter-spacing: 0.6px; }}
    QLabel[kind="title"] {{ font-size: {FIGURE_PX}px; font-weight: 600; }}
    QLabel[kind="fault"] {{ color: {lively(t, "fail").name()}; font-size: {SMALL_PX}px; }}
    {"".join(f'QLabel[tone="{name}"] {{ color: {lively(t, name).name()}; }}' for name in palette.LIVELY)}
    {"".join(f'#banner[state="{name}"] {{ background: {t.colour(name).name()}; }}' for name in palette.LIVELY)}
    #banner {{ border-radius: 8px; }}
    #banner QLabel, #banner QToolButton {{ color: {t.on_verdict}; }}
    QLabel[tone="muted"] {{ color: {t.muted}; }}
    QLabel[tone="text"] {{ color: {t.text}; }}
    QLabel[kind="figure"] {{ font-size: {FIGURE_PX}px; font-weight: 700; }}
    QLabel[kind="score"] {{ font-weight: 700; }}
    QPushButton {{ background: {t.field}; color: {t.text}; border: 1px solid {t.edge}; border-radius: 6px;
                   padding: 0 14px; min-height: 42px; font-weight: 600; }}
    QPushButton:hover {{ border-color: {t.accent}; }}
    QPushButton, QToolButton, QCheckBox {{ outline: 0; }}  /* the frame shows the focus */
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {t.accent}; }}
    QPushButton:disabled {{ color: {t.muted}; }}
    QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[locked="true"] {{ background: {t.edge}; color: {t.muted}; border-color: {t.edge}; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.edge}; color: {t.muted}; border-color: {t.edge}; }}
    QPushButton[kind="quiet"] {{ background: transparent; color: {t.muted}; border-color: transparent;
                                 padding: 0 9px; font-size: {SMALL_PX}px; font-weight: 400; text-align: left; }}
    QPushButton[kind="quiet"]:hover {{ color: {t.text}; border-color: {t.edge}; }}
    QPushButton[kind="cell"] {{ background: transparent; border-color: transparent; padding: 0 9px; text-align: right;
                                font-weight: 400; }}
    QPushButton[kind="cell"]:hover {{ border-color: {t.edge}; }}
    QPushButton[kind="cell"]:focus {{ border-color: {t.accent}; }}
    QPushButton[kind="cell"][tone="right"] {{ font-size: {FIGURE_PX}px; font-weight: 700; }}
    QPushButton[kind="cell"][tone="escape"] {{ color: {lively(t, "fail").name()}; font-weight: 700; }}
    QPushButton[kind="cell"][tone="overkill"] {{ color: {lively(t, "review").name()}; font-weight: 700; }}
    QPushButton[kind="cell"][tone="none"] {{ color: {t.muted}; }}
    QPushButton[kind="tight"] {{ padding: 0 4px; }}
    QPushButton[kind="chip"] {{ padding: 0 12px; border-radius: 21px; }}
    QPushButton:checked {{ border-color: {t.accent}; color: {t.accent}; }}
    QToolButton {{ background: transparent; border: 2px solid transparent; border-radius: 6px; color: {t.text}; }}
    QPushButton[kind="mode"]:checked {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton::menu-indicator {{ image: url("{arrow}"); width: 12px; height: 12px; subcontrol-position: right center;
                                   subcontrol-origin: padding; right: 8px; }}
    QPushButton[kind="menu"] {{ padding-right: 26px; }}
    QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.edge}; padding: 4px; }}
    QMenu::item {{ min-height: 40px; padding: 0 22px 0 14px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QMenu::item:disabled {{ color: {t.muted}; background: transparent; }}
    QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: {t.field}; color: {t.text};
        border: 1px solid {t.edge}; border-radius: 6px; padding: 0 10px; min-height: 42px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: 0; }}
    QAbstractSpinBox QLineEdit {{ background: transparent; border: 0; padding: 0; min-height: 0; }}
    QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border: 2px solid {t.accent}; }}
    QLineEdit[bad="true"], QSpinBox[bad="true"], QDoubleSpinBox[bad="true"], QComboBox[bad="true"] {{
        border: 2px solid {lively(t, "fail").name()}; }}
    QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ background: transparent; }}
    QCheckBox::indicator:disabled {{ background: transparent; border-color: {t.edge}; }}
    QLineEdit[pending="true"] {{ border: 2px dashed {lively(t, "review").name()}; }}
    QComboBox {{ padding: 0 2px 0 10px; combobox-popup: 0; }}
    QComboBox::drop-down {{ border: 0; width: 30px; }}
    QFileDialog {{ backward-icon: url("{left}"); forward-icon: url("{right}");
        filedialog-parent-directory-icon: url("{up}"); }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
    QComboBox QAbstractItemView {{ background: {t.panel}; border: 1px solid {t.edge}; outline: 0; }}
    QComboBox QAbstractItemView::item {{ min-height: 42px; padding: 0 8px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QCheckBox {{ min-height: 44px; spacing: 10px; }}
    QCheckBox::indicator {{ width: 22px; height: 22px; border: 2px solid {t.muted}; border-radius: 4px;
        background: {t.field}; }}
    QCheckBox::indicator:checked {{ border-color: {t.accent}; image: url("{check}"); }}
    QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
    QListWidget {{ background: transparent; border: 0; outline: 0; }}
    QListWidget::item {{ min-height: 44px; padding-left: 14px; border-radius: 6px;
                         border-left: 3px solid transparent; }}
    QListWidget::item:selected {{ background: {t.field}; color: {t.text}; border-left: 3px solid {t.accent}; }}
    QTableView {{ background: transparent; border: 0; outline: 0; }}
    QTableWidget::item {{ padding: 0 6px; border-bottom: 1px solid {t.edge}; }}
    QTableWidget::item:selected {{ background: {t.edge}; color: {t.text}; }}
    QHeaderView {{ background: transparent; }}
    QHeaderView::section {{ background: transparent; color: {t.muted}; border: 0; border-bottom: 1px solid {t.edge};
        padding: 6px; font-size: {SMALL_PX}px; }}
    QProgressBar {{ background: {t.field}; border: 0; border-radius: 5px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 5px; }}
    QScrollArea {{ background: transparent; border: 0; }}
    QScrollArea > QWidget > QWidget {{ background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; }}
    QScrollBar::handle:vertical {{ background: {t.edge}; border-radius: 5px; min-height: 40px; margin: 2px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; }}
    QScrollBar::handle:horizontal {{ background: {t.edge}; border-radius: 5px; min-width: 40px; margin: 2px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QSlider {{ min-height: 44px; }}
    QSlider::groove:horizontal {{ height: 4px; background: {t.edge}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 18px; height: 18px; margin: -8px 0; border-radius: 9px;
        background: {t.text}; }}
    QMenu::separator {{ height: 1px; background: {t.edge}; margin: 4px 8px; }}
    QDialog {{ background: {t.ground}; }}
    QPlainTextEdit {{ background: {t.field}; border: 1px solid {t.edge}; border-radius: 6px; }}
    QPlainTextEdit[kind="code"] {{ font-family: "DejaVu Sans Mono", monospace; font-size: {SMALL_PX}px; }}
    """
