//! Claim: a figure is the same bytes every time, is well-formed whatever names are in it, and its two forms are
//! one picture.

use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::Document;

use super::axis::{Axis, Scale};
use super::chart::{Band, Chart, Curve};

fn chart(name: &str) -> Chart {
    let points: Vec<(f64, f64)> = (0..3000)
        .map(|day| (f64::from(day), 10.0 + f64::from(day * day)))
        .collect();
    Chart {
        title: "A chart".to_owned(),
        x: Axis::to_the_end("days", points.iter().map(|point| point.0)),
        y: Axis::around("heads", Scale::Log, points.iter().map(|point| point.1)),
        bands: vec![Band {
            name: String::new(),
            points: points
                .iter()
                .map(|&(day, value)| (day, value / 2.0, value))
                .collect(),
            ink: 5,
            opacity: 0.5,
        }],
        curves: ["first", name]
            .map(|name| Curve {
                name: name.to_owned(),
                points: points.clone(),
            })
            .into(),
    }
}

#[test]
fn one_input_gives_one_file() {
    let svg = chart("second").draw("caption");
    assert_eq!(svg, chart("second").draw("caption"));
    assert_eq!(super::raster::png(&svg), super::raster::png(&svg));
}

#[test]
fn names_are_text_whatever_they_are() {
    let name = "<script>\"&'";
    let svg = chart(name).draw("a caption with </desc> & more");
    let document = Document::parse(&svg).expect("it is well-formed");
    let texts: Vec<&str> = document
        .descendants()
        .filter_map(|node| node.text().map(str::trim))
        .collect();
    assert!(texts.contains(&name));
    assert!(texts.iter().any(|text| text.contains("</desc> & more")));
}

#[test]
fn dots_show_lines_and_letters_in_their_colours() {
    let png = super::raster::png(&chart("second").draw("caption"));
    let dots = Pixmap::decode_png(&png).expect("it is PNG");
    // 89 mm at 600 dots an inch.
    assert_eq!(dots.width(), 2102);
    let count = |is_it: fn([u8; 3]) -> bool| {
        let pixels = dots.pixels().iter();
        pixels
            .filter(|dot| is_it([dot.red(), dot.green(), dot.blue()]))
            .count()
    };
    let blue = count(|dot| dot == [0x00, 0x72, 0xB2]);
    let black = count(|dot| dot == [0, 0, 0]);
    assert!(blue > 1000 && black > 1000, "{blue} {black}");
}

#[test]
fn axes_are_labelled_at_round_values_around_all_of_it() {
    let labels = |scale, values: &[f64]| -> Vec<String> {
        let axis = Axis::around("", scale, values.iter().copied());
        axis.labels().into_iter().map(|label| label.1).collect()
    };
    assert_eq!(
        labels(Scale::Linear, &[0.0, 3.18]),
        ["0", "1", "2", "3", "4"]
    );
    assert_eq!(
        labels(Scale::Linear, &[-0.12, 0.2]),
        ["−0.2", "−0.1", "0", "0.1", "0.2"]
    );
    assert_eq!(labels(Scale::Log, &[40.0, 8e8])[..2], ["1", "10²"]);
    assert_eq!(
        labels(Scale::Linear, &[]),
        ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    );
}
