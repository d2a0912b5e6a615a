//! How deep a body may nest.

/// As deep as `serde_json` and most other parsers go.
const MAX_DEPTH: usize = 127;

/// Tells whether JSON nests deeper than the parsers of servers go, some of which would crash.
pub(super) fn is_excessive(json: &str) -> bool {
    // Most bodies have so few brackets that they cannot, which is cheap to see.
    openings(json) > MAX_DEPTH && depth(json) > MAX_DEPTH
}

fn openings(json: &str) -> usize {
    // In pieces whose count fits a byte: the compiler then counts many bytes at once.
    let count = |piece: &[u8]| piece.iter().map(|byte| u8::from(matches!(byte, b'[' | b'{'))).sum::<u8>();
    json.as_bytes().chunks(u8::MAX.into()).map(|piece| usize::from(count(piece))).sum()
}

fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_text(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn skip_text(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => _ = bytes.next(),
            _ => {}
        }
    }
}
