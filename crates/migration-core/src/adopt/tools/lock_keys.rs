//! The advisory locks that tools take while they work, so that none of them can while we read their ledger.

use super::{Tool, profile::Lock};
use crate::LedgerTable;

/// What golang-migrate multiplies its checksum with.
const GOLANG_MIGRATE_SALT: u32 = 1_486_364_155;
/// What sqlx multiplies its checksum with.
const SQLX_SALT: i64 = 0x3d32_ad9e;
/// `FlywaY` in ASCII, to which Flyway adds a hash of its table's name.
const FLYWAY_BASE: i64 = 77_431_708_279_161;

/// The keys that a tool locks for its ledger in this database, as it was started; none where it takes no advisory lock.
pub(crate) fn lock_keys(tool: Tool, database: &str, ledger: &LedgerTable) -> Vec<i64> {
    match tool.profile().lock {
        Lock::None => Vec::new(),
        Lock::Key(key) => vec![key],
        Lock::OfDatabase => vec![SQLX_SALT * i64::from(crc32fast::hash(database.as_bytes()))],
        // From its command line, and wherever it gets an address, it takes the path of that for the database's name, slash and all.
        Lock::OfTableAndDatabase => vec![
            golang_migrate(&format!("/{database}"), ledger),
            golang_migrate(database, ledger),
        ],
        Lock::OfTable => {
            let name = format!("\"{}\".\"{}\"", ledger.schema, ledger.table);
            vec![FLYWAY_BASE + i64::from(java_hash(&name))]
        }
    }
}

fn golang_migrate(database: &str, ledger: &LedgerTable) -> i64 {
    let name = format!("{}\0{}\0{database}", ledger.schema, ledger.table);
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

    /// The keys for the tool's table of its own name.
    fn keys(tool: Tool, database: &str) -> Vec<i64> {
        let ledger = LedgerTable {
            schema: tool.schema().into(),
            table: tool.table().into(),
        };
        lock_keys(tool, database, &ledger)
    }

    #[test]
    fn every_tool_has_the_keys_that_it_takes() {
        for (tool, expected) in [
            // 0x3d32ad9e times the check value of CRC-32/ISO-HDLC, which is that of this name.
            (Tool::Sqlx, vec![0x3d32_ad9e * 0xcbf4_3926]),
            // zlib's sum of the names times the salt, modulo 2^32.
            (Tool::GolangMigrate, vec![2_585_196_040, 3_402_083_645]),
            (Tool::Goose, vec![4_097_083_626]),
            (Tool::Dbmate, vec![]),
            // As Flyway 11 itself held it while it migrated.
            (Tool::Flyway, vec![77_433_833_903_597]),
            (Tool::Refinery, vec![]),
            (Tool::Diesel, vec![]),
            (Tool::Prisma, vec![72_707_369]),
            (Tool::Supabase, vec![]),
            (Tool::Tern, vec![9_628_173_550_095_224]),
            (Tool::Encore, vec![]),
            (Tool::Array, vec![]),
        ] {
            assert_eq!(keys(tool, "123456789"), expected, "{tool}");
        }
        assert_eq!(
            java_hash("hello"),
            99_162_322,
            "as the Java documentation's formula gives it"
        );
    }

    #[test]
    fn golang_migrate_has_a_key_for_each_table_and_each_way_to_start_it() {
        // The first as golang-migrate 4.19 itself held it, started with an address that ends in `/gm1`.
        let own = keys(Tool::GolangMigrate, "gm1");
        assert_eq!(own, [166_927_615, 2_691_056_128]);
        let other = LedgerTable {
            schema: "public".into(),
            table: "other".into(),
        };
        assert_ne!(lock_keys(Tool::GolangMigrate, "gm1", &other), own);
    }
}
