//! Checks SVG images of the operator. Pages show them as images, where browsers run no script. The
//! check protects users who open an image's own URL, and keeps foreign servers out.

use roxmltree::{Attribute, Document, Node};
use thiserror::Error;

const SVG: &str = "http://www.w3.org/2000/svg";

/// No element of HTML may stand in an image, such as one that loads a file or leads elsewhere.
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Elements that run script, or that show another document.
const FORBIDDEN_ELEMENTS: [&str; 9] = [
    "script",
    "foreignobject",
    "handler",
    "listener",
    "iframe",
    "embed",
    "object",
    "audio",
    "video",
];

/// Embedded images that cannot contain script.
const EMBEDDED_IMAGES: [&str; 4] = [
    "data:image/png;",
    "data:image/jpeg;",
    "data:image/gif;",
    "data:image/webp;",
];

#[derive(Debug, Error)]
pub enum SvgError {
    #[error("can't be read as XML ({0})")]
    Malformed(String),
    #[error("has no root element `svg`")]
    NoSvg,
    #[error("contains script or HTML ({0})")]
    Script(String),
    #[error("refers to another file ({0})")]
    Foreign(String),
}

/// Returns the ratio of width to height of an image that is safe to serve.
pub fn check(content: &[u8]) -> Result<f64, SvgError> {
    let malformed = |error: &dyn ToString| SvgError::Malformed(error.to_string());
    let text = std::str::from_utf8(content).map_err(|error| malformed(&error))?;
    // A document type is an error too. It could define entities that load other files.
    let document = Document::parse(text).map_err(|error| malformed(&error))?;
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(SvgError::NoSvg);
    }
    for node in document.descendants() {
        check_node(&node)?;
    }
    Ok(ratio(&root))
}

fn check_node(node: &Node<'_, '_>) -> Result<(), SvgError> {
    if let Some(instruction) = node.pi() {
        // `xml-stylesheet` loads a file.
        return Err(SvgError::Foreign(format!("<?{}?>", instruction.target)));
    }
    if !node.is_element() {
        return Ok(());
    }
    let name = node.tag_name().name().to_ascii_lowercase();
    let is_html = node.tag_name().namespace() == Some(XHTML);
    if is_html || FORBIDDEN_ELEMENTS.contains(&name.as_str()) {
        return Err(SvgError::Script(format!("<{}>", node.tag_name().name())));
    }
    if name == "style" {
        // Like a browser, joins the pieces of text around comments and elements.
        let texts = node.children().filter(Node::is_text);
        let css: String = texts.filter_map(|text| text.text()).collect();
        check_css("<style>", &css)?;
    }
    node.attributes()
        .try_for_each(|attribute| check_attribute(&attribute))
}

fn check_attribute(attribute: &Attribute<'_, '_>) -> Result<(), SvgError> {
    let name = attribute.name().to_ascii_lowercase();
    let value = attribute.value().trim();
    let lower = value.to_ascii_lowercase();
    let animates_link =
        name == "attributename" && (lower.contains("href") || lower.starts_with("on"));
    if name.starts_with("on") || animates_link {
        return Err(SvgError::Script(attribute.name().to_owned()));
    }
    let stays =
        value.starts_with('#') || EMBEDDED_IMAGES.iter().any(|kind| lower.starts_with(kind));
    if matches!(name.as_str(), "href" | "src" | "base") && !stays {
        return Err(SvgError::Foreign(format!("{}={value:?}", attribute.name())));
    }
    // Attributes of a namespace, such as those of a drawing program, are not CSS.
    match attribute.namespace() {
        None => check_css(attribute.name(), value),
        Some(_) => Ok(()),
    }
}

/// Checks a stylesheet, or an attribute that may contain CSS. A backslash could hide a word.
fn check_css(place: &str, css: &str) -> Result<(), SvgError> {
    let css = css.to_ascii_lowercase();
    let loads = ["\\", "@import", "image(", "image-set(", "src("];
    let is_own = |rest: &str| rest.trim_start_matches([' ', '"', '\'']).starts_with('#');
    let is_foreign =
        loads.iter().any(|word| css.contains(word)) || !css.split("url(").skip(1).all(is_own);
    if is_foreign {
        return Err(SvgError::Foreign(place.to_owned()));
    }
    Ok(())
}

/// Returns the ratio of the `viewBox`, or of `width` and `height`, or 1.
fn ratio(root: &Node<'_, '_>) -> f64 {
    let number = |text: &str| text.trim().trim_end_matches("px").parse::<f64>().ok();
    let view_box = root.attribute("viewBox").and_then(|value| {
        let mut numbers = value
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter_map(number)
            .skip(2);
        Some((numbers.next()?, numbers.next()?))
    });
    let size = || {
        Some((
            number(root.attribute("width")?)?,
            number(root.attribute("height")?)?,
        ))
    };
    view_box
        .or_else(size)
        .map(|(width, height)| width / height)
        .filter(|ratio| ratio.is_finite() && *ratio > 0.0)
        .unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(content: &str) -> String {
        format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 96 \
             32\">{content}</svg>"
        )
    }

    #[test]
    fn script_and_foreign_references_are_found() {
        for content in [
            "<script>alert(1)</script>",
            "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>",
            "<g onload=\"alert(1)\"/>",
            "<g ONCLICK=\"alert(1)\"/>",
            "<a href=\"javascript:alert(1)\"><g/></a>",
            "<a xlink:href=\"&#106;avascript:alert(1)\"><g/></a>",
            "<set attributeName=\"href\" to=\"javascript:alert(1)\"/>",
            "<foreignObject/>",
            "<image href=\"https://evil.example/x.png\"/>",
            "<image xlink:href=\"//evil.example/x.png\"/>",
            "<image href=\"data:image/svg+xml;base64,x\"/>",
            "<use href=\"other.svg#x\"/>",
            "<g xml:base=\"https://evil.example/\"/>",
            "<g fill=\"url(https://evil.example/x)\"/>",
            "<g style=\"fill:URL( 'x.svg')\"/>",
            "<g style=\"fill:u\\72l(x.svg)\"/>",
            "<style>@import 'x.css';</style>",
            "<style>@im<!-- x -->port 'x.css';</style>",
            "<style>@im<g>x</g>port 'x.css';</style>",
            "<style>g{fill:u<!---->rl(x.svg)}</style>",
            "<h:meta xmlns:h=\"http://www.w3.org/1999/xhtml\" http-equiv=\"refresh\" \
             content=\"0;url=https://evil.example\"/>",
            "<h:img xmlns:h=\"http://www.w3.org/1999/xhtml\" srcset=\"//evil.example/x.png\"/>",
            "<style><![CDATA[g{fill:url(x.svg)}]]></style>",
            "<?xml-stylesheet href=\"x.css\"?>",
        ] {
            let found = check(svg(content).as_bytes());
            assert!(
                matches!(found, Err(SvgError::Script(_) | SvgError::Foreign(_))),
                "{content}: {found:?}"
            );
        }
    }

    #[test]
    fn other_content_than_svg_is_rejected() {
        let entity = "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg/>";
        for content in ["", "<svg", "<svg/>", "<html/>", entity] {
            assert!(check(content.as_bytes()).is_err(), "{content}");
        }
        assert!(check(&[0xff, 0xfe]).is_err());
    }

    #[test]
    fn harmless_image_is_accepted_with_its_ratio() {
        let image = svg(
            "<defs><g id=\"a\"/></defs><use href=\"#a\" fill=\"url(#b)\"/>\
             <image href=\"data:image/png;base64,x\"/><style>g { fill: url('#b') }</style>",
        );
        let close = |ratio: f64, expected: f64| (ratio - expected).abs() < 1e-9;
        assert!(close(check(image.as_bytes()).expect("harmless"), 3.0));
        for (attributes, expected) in [
            ("width=\"64px\" height=\"32\"", 2.0),
            ("width=\"100%\"", 1.0),
            ("viewBox=\"0 0\n96,32\"", 3.0),
            ("viewBox=\"0 0 0 0\"", 1.0),
        ] {
            let image = format!("<svg xmlns=\"{SVG}\" {attributes}/>");
            assert!(close(check(image.as_bytes()).expect("harmless"), expected));
        }
    }
}
