//! Signs imgseal URLs in Rust, with the crates `hmac` 0.12 and `sha2` 0.10. Copy what stands above `main`, which is its
//! check.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What the edge would refuse: not a preset, source key, key, expiry or version of imgseal.
#[derive(Debug)]
pub struct Refused;

/// Path and query of a signed URL, to be put behind the origin.
///
/// `source` is the key of the picture, not encoded; `key` is "k" of the JWK; `expires` is in unix seconds.
pub fn sign_image_url(
    preset: &str,
    source: &str,
    kid: &str,
    key: &str,
    expires: Option<u64>,
    version: Option<&str>,
) -> Result<String, Refused> {
    let secret = base64url_decode(key).ok_or(Refused)?;
    let is_valid = preset.starts_with(|c: char| c.is_ascii_lowercase())
        && preset.len() <= 32
        && preset.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && source.len() <= 850
        && !source.split('/').any(|segment| matches!(segment, "" | "." | ".."))
        && !source.contains(|c: char| c < ' ' || c == '\u{7f}' || c == '\\')
        && is_id(kid, 32)
        && secret.len() >= 32
        && expires.map_or(true, |exp| (1..=999_999_999_999).contains(&exp))
        && version.map_or(true, |version| is_id(version, 64));
    if !is_valid {
        return Err(Refused);
    }
    let path: String = source
        .bytes()
        .map(|octet| match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(octet).to_string(),
            _ => format!("%{octet:02X}"),
        })
        .collect();
    let claims = [expires.map(|exp| format!("exp={exp}")), version.map(|ver| format!("ver={ver}"))];
    let claims = claims.into_iter().flatten().collect::<Vec<_>>().join("&");
    let target = format!("/{preset}/{path}{}{claims}", if claims.is_empty() { "" } else { "?" });
    let header = format!(r#"{{"alg":"HS256","b64":false,"crit":["b64"],"kid":"{kid}"}}"#);
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).map_err(|_| Refused)?;
    mac.update(format!("{}.{target}", base64url(header.as_bytes())).as_bytes());
    let signature = base64url(&mac.finalize().into_bytes());
    Ok(format!("{target}{}kid={kid}&sig={signature}", if claims.is_empty() { "?" } else { "&" }))
}

fn is_id(text: &str, max_length: usize) -> bool {
    (1..=max_length).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64url(octets: &[u8]) -> String {
    let mut text = String::new();
    for chunk in octets.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, &octet| bits << 8 | usize::from(octet)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            text.push(char::from(ALPHABET[bits >> (18 - 6 * position) & 63]));
        }
    }
    text
}

fn base64url_decode(text: &str) -> Option<Vec<u8>> {
    let (mut octets, mut bits, mut count) = (Vec::new(), 0usize, 0);
    for character in text.bytes() {
        bits = (bits << 6 | ALPHABET.iter().position(|&known| known == character)?) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xff) as u8);
        }
    }
    Some(octets)
}

fn main() {
    let file = std::env::args().nth(1).expect("the file of vectors");
    let mut passed = 0;
    for line in std::fs::read_to_string(file).expect("the file of vectors").lines() {
        let column: Vec<_> = line.split('\t').map(|text| if text == "." { "" } else { text }).collect();
        let expires = column[5].parse().ok();
        let version = Some(column[6]).filter(|version| !version.is_empty());
        let received = text_of(column[4])
            .ok_or(Refused)
            .and_then(|source| sign_image_url(column[3], &source, column[1], column[2], expires, version))
            .unwrap_or_else(|Refused| "refused".to_string());
        if received != column[7] {
            eprintln!("{}\nexpected {}\nreceived {received}", column[0], column[7]);
            std::process::exit(1);
        }
        passed += 1;
    }
    println!("pass {passed}");
}

/// What is no UTF-8 cannot be a text of Rust's, and is refused here.
fn text_of(hex: &str) -> Option<String> {
    let octets = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16));
    String::from_utf8(octets.collect::<Result<_, _>>().ok()?).ok()
}
