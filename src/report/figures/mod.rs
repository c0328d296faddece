//! What runs and sweeps say, as figures for papers: SVG, the same picture as PNG, and a caption. 89 mm wide,
//! a column of a journal; lines are named at their ends and told apart without colour too.
//!
//! One input gives one file, byte for byte: nothing is asked of the machine, fonts come along.

mod axis;
mod bars;
mod chart;
mod draw;
mod ink;
mod raster;
mod runs;
mod sweeps;

use super::Data;

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name of its files, without an ending.
    pub name: String,
    /// What it shows, for the side file; also inside the SVG.
    pub caption: String,
    /// The picture.
    pub svg: String,
}

impl Figure {
    /// The picture at 600 dots an inch, PNG.
    pub fn png(&self) -> Vec<u8> {
        raster::png(&self.svg)
    }
}

/// The figures of all runs together and of each sweep.
pub fn figures(data: &Data) -> Vec<Figure> {
    let mut figures = runs::figures(&data.runs);
    let is_alone = data.sweeps.len() == 1;
    for (number, sweep) in (1..).zip(&data.sweeps) {
        let prefix = if is_alone {
            "sweep".to_owned()
        } else {
            format!("sweep-{number}")
        };
        figures.extend(sweeps::figures(sweep, &prefix));
    }
    figures
}

#[cfg(test)]
mod tests;
