//! Whether the colours can be read: contrast by WCAG 2.2 (1.4.3: 4.5 for words, 1.4.11: 3 for marks).

use std::collections::HashMap;

use super::style::SHEET;

/// The colours of a theme: those of `:root`, and the dark ones over them.
fn palette(dark: bool) -> HashMap<String, [f64; 3]> {
    let (_, from_dark) = SHEET
        .split_once("prefers-color-scheme: dark")
        .expect("there is a dark theme");
    let light = SHEET.split('}').next().expect("a first rule");
    let dark_rule = from_dark.split('}').next().expect("its rule");
    let mut colours = HashMap::new();
    for rule in [Some(light), dark.then_some(dark_rule)]
        .into_iter()
        .flatten()
    {
        for line in rule.lines() {
            if let Some((name, value)) = line.trim().split_once(": #") {
                let value = u32::from_str_radix(value.trim_end_matches(';'), 16).expect("hex");
                let channel = |shift: u32| f64::from((value >> shift) & 0xff) / 255.0;
                colours.insert(name.to_owned(), [channel(16), channel(8), channel(0)]);
            }
        }
    }
    colours
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|c| match c <= 0.04045 {
        true => c / 12.92,
        false => ((c + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    let grey = f64::from(0x76_u8) / 255.0;
    assert!((contrast([grey; 3], [1.0; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn words_can_be_read_in_light_and_dark() {
    for dark in [false, true] {
        let colours = palette(dark);
        let of = |name: &str| colours[&format!("--{name}")];
        for ground in ["ground", "raised"] {
            for ink in ["text", "soft", "link", "good", "warn", "bad"] {
                let contrast = contrast(of(ink), of(ground));
                assert!(
                    contrast >= 4.5,
                    "{ink} on {ground}, dark {dark}: {contrast:.2}"
                );
            }
            let bars = contrast(of("bar"), of(ground));
            assert!(bars >= 3.0, "bars on {ground}, dark {dark}: {bars:.2}");
        }
        for ground in ["found", "added", "removed"] {
            let contrast = contrast(of("text"), of(ground));
            assert!(
                contrast >= 4.5,
                "text on {ground}, dark {dark}: {contrast:.2}"
            );
        }
    }
}
