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

/// The keys that a tool locks for its ledger in this database, as it was started; none where it takes no advisory lock.
pub(crate) fn lock_keys(tool: Tool, database: &str, schema: &str, table: &str) -> Vec<i64> {
    match tool {
        Tool::Sqlx => vec![SQLX_SALT * i64::from(crc32fast::hash(database.as_bytes()))],
        // From its command line, and wherever it gets an address, it takes the path of that for the database's name, slash and all.
        Tool::GolangMigrate => vec![
            golang_migrate(&format!("/{database}"), schema, table),
            golang_migrate(database, schema, table),
        ],
        Tool::Goose => vec![4_097_083_626],
        Tool::Tern => vec![9_628_173_550_095_224],
        Tool::Prisma => vec![72_707_369],
        Tool::Flyway => {
            vec![FLYWAY_BASE + i64::from(java_hash(&format!("\"{schema}\".\"{table}\"")))]
        }
        Tool::Dbmate | Tool::Refinery | Tool::Diesel | Tool::Supabase | Tool::Encore | Tool::Array => {
            Vec::new()
        }
    }
}

fn golang_migrate(database: &str, schema: &str, table: &str) -> i64 {
    let name = format!("{schema}\0{table}\0{database}");
    i64::from(crc32fast::hash(name.as_bytes()).wrapping_mul(GOLANG_MIGRATE_SALT))
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
            lock_keys(Tool::Sqlx, "123456789", "public", "_sqlx_migrations"),
            [0x3d32_ad9e * 0xcbf4_3926]
        );
        assert_eq!(
            java_hash("hello"),
            99_162_322,
            "as the Java documentation's formula gives it"
        );
        assert_eq!(
            lock_keys(Tool::Dbmate, "app", "public", "schema_migrations"),
            [0_i64; 0]
        );
        // As Flyway 11 itself held it while it migrated.
        assert_eq!(
            lock_keys(Tool::Flyway, "app", "public", "flyway_schema_history"),
            [77_433_833_903_597]
        );
    }

    #[test]
    fn golang_migrate_has_a_key_for_each_table_and_each_way_to_start_it() {
        let keys = |table| lock_keys(Tool::GolangMigrate, "gm1", "public", table);
        // The first as golang-migrate 4.19 itself held it, started with an address that ends in `/gm1`.
        assert_eq!(keys("schema_migrations"), [166_927_615, 2_691_056_128]);
        assert_ne!(keys("schema_migrations"), keys("other"));
    }
}
