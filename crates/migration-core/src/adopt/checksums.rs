//! The checksums of other tools, each by its own algorithm.
//!
//! Left out on purpose: tools that keep none, and the runner of Encore applications where its hash is none that is known here.

use std::hash::Hasher;

use sha2::{Digest, Sha256, Sha384, Sha512};
use siphasher::sip::SipHasher13;

use super::Check;
use crate::{
    Migration, Script,
    hex::hex,
    lex::{neutral_checksum, split},
};

/// A byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of the file that a script was read from: reading takes off only a byte order mark, and the checksum tells whether
/// there was one.
pub(crate) fn bytes(script: &Script) -> Vec<u8> {
    let plain = script.text.as_bytes();
    let digest: [u8; 32] = Sha256::digest(plain).into();
    if digest == script.checksum {
        plain.to_vec()
    } else {
        [MARK, plain].concat()
    }
}

/// The file as it is, and as it would be with other line ends or without its mark, as git or an editor may have left it.
fn variants(script: &Script) -> Vec<(Check, Vec<u8>)> {
    let exact = bytes(script);
    let lf = script.text.replace("\r\n", "\n");
    let crlf = lf.replace('\n', "\r\n");
    let mut all = vec![(Check::Exact, exact)];
    for text in [lf, crlf] {
        let marked = [MARK, text.as_bytes()].concat();
        all.push((Check::LineEnds, text.into_bytes()));
        all.push((Check::LineEnds, marked));
    }
    all
}

/// The first variant of the file that has the checksum.
fn found(script: &Script, recorded: &str, sum: impl Fn(&[u8]) -> Vec<String>) -> Option<Check> {
    variants(script)
        .into_iter()
        .find(|(_, bytes)| sum(bytes).iter().any(|one| one.eq_ignore_ascii_case(recorded)))
        .map(|(check, _)| check)
}

/// sqlx: SHA-384 of the bytes, in hexadecimal digits.
pub(crate) fn sqlx(script: &Script, recorded: &str) -> Option<Check> {
    found(script, recorded, |bytes| vec![hex(&Sha384::digest(bytes))])
}

/// What sqlx would record.
pub(crate) fn sqlx_sum(script: &Script) -> String {
    hex(&Sha384::digest(bytes(script)))
}

/// Prisma: SHA-256 in hexadecimal digits, in older versions without the zero before a small byte.
pub(crate) fn prisma(script: &Script, recorded: &str) -> Option<Check> {
    found(script, recorded, |bytes| {
        let digest = Sha256::digest(bytes);
        vec![
            hex(&digest),
            digest.iter().map(|byte| format!("{byte:x}")).collect(),
        ]
    })
}

/// What Prisma would record.
pub(crate) fn prisma_sum(script: &Script) -> String {
    hex(&script.checksum)
}

/// Flyway: the signed CRC32 over the lines, without their ends and without a byte order mark.
pub(crate) fn flyway(migration: &Migration, recorded: &str) -> Option<Check> {
    (flyway_sum(migration) == recorded).then_some(Check::Exact)
}

/// What Flyway would record. That of a repeatable migration is taken after placeholders are put in.
pub(crate) fn flyway_sum(migration: &Migration) -> String {
    let script = &migration.up;
    let text = match migration.version {
        crate::Version::Repeatable(_) => with_values(script),
        _ => script.text.clone(),
    };
    let mut crc = crc32fast::Hasher::new();
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        crc.update(line.as_bytes());
    }
    crc.finalize().cast_signed().to_string()
}

/// The text with its placeholders' values, and otherwise as it stands in the file.
fn with_values(script: &Script) -> String {
    let mut out = String::new();
    for (index, &(in_sql, in_text)) in script.origins.iter().enumerate() {
        let next = script.origins.get(index + 1);
        let sql = &script.sql[in_sql..next.map_or(script.sql.len(), |next| next.0)];
        let text = &script.text[in_text..next.map_or(script.text.len(), |next| next.1)];
        // Stretches alternate: the file's own, then a value. A value stands where a placeholder stood.
        out.push_str(if index % 2 == 0 { text } else { sql });
    }
    out
}

/// How wide a version is in refinery's ledger; it hashes the number as it keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Four,
    Eight,
}

/// refinery: SipHash-1-3 over name, version and text.
pub(crate) fn refinery(migration: &Migration, recorded: &str, width: Width) -> Option<Check> {
    found(&migration.up, recorded, |bytes| {
        refinery_hash(migration, bytes, width).into_iter().collect()
    })
}

/// What refinery would record; none for a version that is no whole number of this width.
pub(crate) fn refinery_sum(migration: &Migration, width: Width) -> Option<String> {
    refinery_hash(migration, &bytes(&migration.up), width)
}

fn refinery_hash(migration: &Migration, sql: &[u8], width: Width) -> Option<String> {
    let version = migration.version.to_string();
    let mut hasher = SipHasher13::new();
    // A text is hashed with a byte behind it that no text has.
    hasher.write(migration.description.as_bytes());
    hasher.write_u8(0xff);
    match width {
        Width::Four => hasher.write(&version.parse::<i32>().ok()?.to_le_bytes()),
        Width::Eight => hasher.write(&version.parse::<i64>().ok()?.to_le_bytes()),
    }
    hasher.write(sql);
    hasher.write_u8(0xff);
    Some(hasher.finish().to_string())
}

/// Supabase keeps the statements themselves.
pub(crate) fn supabase(script: &Script, recorded: &str) -> Option<Check> {
    let meaning = |text: &str| -> Vec<[u8; 32]> {
        let statements = split(text).into_iter();
        statements
            .map(|statement| neutral_checksum(&text[statement.start..statement.end]))
            .collect()
    };
    (meaning(&script.text) == meaning(recorded)).then_some(Check::Exact)
}

/// A hash that a runner of somebody's own took of the file, told by its length; none where the length is that of no hash known here.
pub(crate) fn by_length(script: &Script, recorded: &str) -> Option<Option<Check>> {
    let sum: fn(&[u8]) -> Vec<String> = match recorded.len() {
        64 => |bytes| {
            vec![
                hex(&Sha256::digest(bytes)),
                hex(&Sha256::digest(bytes.trim_ascii())),
            ]
        },
        96 => |bytes| vec![hex(&Sha384::digest(bytes))],
        128 => |bytes| vec![hex(&Sha512::digest(bytes))],
        _ => return None,
    };
    Some(found(script, recorded, sum))
}
