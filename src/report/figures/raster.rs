//! The same picture in dots.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Dots an inch: what journals ask for line art with text.
const DOTS_PER_INCH: f32 = 600.0;
/// Pixels of CSS in an inch, in which the size of an SVG is told.
const PIXELS_PER_INCH: f32 = 96.0;

/// DejaVu Sans, the characters that figures need.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../../assets/fonts/DejaVuSans.ttf"),
    include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf"),
];

/// An SVG that this module's neighbours wrote, as PNG.
pub fn png(svg: &str) -> Vec<u8> {
    let options = Options {
        fontdb: fonts(),
        font_family: "DejaVu Sans".to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).expect("what we wrote is SVG");
    let scale = DOTS_PER_INCH / PIXELS_PER_INCH;
    let dots = |pixels: f32| (pixels * scale).round() as u32;
    let size = tree.size();
    let mut dots = Pixmap::new(dots(size.width()), dots(size.height())).expect("it has a size");
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut dots.as_mut(),
    );
    dots.encode_png().expect("memory takes all that is written")
}

fn fonts() -> Arc<Database> {
    static LOADED: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        for font in FONTS {
            fonts.load_font_data(font.to_vec());
        }
        Arc::new(fonts)
    };
    LOADED.get_or_init(load).clone()
}
