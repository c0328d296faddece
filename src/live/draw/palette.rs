//! Colours that colour-blind people can tell apart: those of Okabe and Ito, 2008 (Color Universal Design),
//! as the nearest of the 256 that every terminal has.

use ratatui::style::{Color, Modifier, Style};

use crate::live::news::Topic;

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    Orange,
    SkyBlue,
    Green,
    Yellow,
    Vermilion,
    Purple,
}

impl Hue {
    /// Index into the 256 colours.
    fn index(self) -> u8 {
        match self {
            Hue::Orange => 214,
            Hue::SkyBlue => 74,
            Hue::Green => 36,
            Hue::Yellow => 227,
            Hue::Vermilion => 166,
            Hue::Purple => 175,
        }
    }
}

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// False: no colours at all, as `NO_COLOR` asks. Nothing is told by colour alone.
    pub has_colour: bool,
}

impl Palette {
    /// Text or a line of this hue.
    pub fn of(self, hue: Hue) -> Style {
        if self.has_colour {
            Style::new().fg(Color::Indexed(hue.index()))
        } else {
            Style::new()
        }
    }

    /// What matters less.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The sign before a line of the log.
    pub fn sign(self, topic: Topic) -> (&'static str, Style) {
        match topic {
            Topic::Milestone => ("●", self.of(Hue::Orange)),
            Topic::Event => ("◆", self.of(Hue::Vermilion)),
            Topic::Bound => ("▲", self.of(Hue::SkyBlue)),
            Topic::Leader => ("★", self.of(Hue::Yellow)),
            Topic::Message => ("!", self.of(Hue::Purple)),
        }
    }
}
