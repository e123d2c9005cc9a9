//! The advisory locks that other tools take while they work, so that none of them can while we read their ledger.
//!
//! dbmate, refinery, Diesel, Supabase and the runners in code take none: against them only the lock on their table helps.

use super::Tool;

/// What golang-migrate multiplies its checksum with.
const GOLANG_MIGRATE_SALT: u32 = 1_486_364_155;
/// What sqlx multiplies its checksum with.
const SQLX_SALT: i64 = 0x3d32_ad9e;
/// `FlywaY` in ASCII, to which Flyway adds a hash of its table's name.
const FLYWAY_BASE: i64 = 77_431_708_279_161;

/// The key that a tool locks for its ledger in this database.
pub(crate) fn lock_key(tool: Tool, database: &str, schema: &str, table: &str) -> Option<i64> {
    Some(match tool {
        Tool::Sqlx => SQLX_SALT * i64::from(crc32fast::hash(database.as_bytes())),
        Tool::GolangMigrate => {
            let name = format!("{schema}\0{table}\0{database}");
            i64::from(crc32fast::hash(name.as_bytes()).wrapping_mul(GOLANG_MIGRATE_SALT))
        }
        Tool::Goose => 4_097_083_626,
        Tool::Tern => 9_628_173_550_095_224,
        Tool::Prisma => 72_707_369,
        Tool::Flyway => FLYWAY_BASE + i64::from(java_hash(&format!("\"{schema}\".\"{table}\""))),
        Tool::Dbmate | Tool::Refinery | Tool::Diesel | Tool::Supabase | Tool::Encore | Tool::Array => {
            return None;
        }
    })
}

/// `String.hashCode` of Java, over UTF-16.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_tools() {
        // sqlx's own figure for a database of this name: 0x3d32ad9e times the CRC of the text.
        assert_eq!(
            crc32fast::hash(b"123456789"),
            0xcbf4_3926,
            "the check value of CRC-32/ISO-HDLC"
        );
        assert_eq!(
            lock_key(Tool::Sqlx, "123456789", "public", "_sqlx_migrations"),
            Some(0x3d32_ad9e * 0xcbf4_3926)
        );
        assert_eq!(
            java_hash("hello"),
            99_162_322,
            "as the Java documentation's formula gives it"
        );
        assert_eq!(lock_key(Tool::Dbmate, "app", "public", "schema_migrations"), None);
    }

    #[test]
    fn golang_migrate_has_a_key_for_each_table() {
        let key = |table| lock_key(Tool::GolangMigrate, "app", "public", table);
        assert_ne!(key("schema_migrations"), key("other"));
        assert!(key("schema_migrations").is_some_and(|key| u32::try_from(key).is_ok()));
    }
}
