//! Values made from names: the same on every machine and every day, and telling nobody more than the name does.
//!
//! Left out on purpose: addresses as one string. They come in two parts, so that no seed, test or log holds one.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The pseudonym of an address: HMAC-SHA-256 (RFC 2104) of `local@domain`, trimmed and in lower case, as 64 hex
/// digits. Whoever has the key can recompute it; nobody can invert it.
pub fn email_hash(key: &SecretString, local: &str, domain: &str) -> String {
    let address = format!("{}@{}", local.trim(), domain.trim()).to_lowercase();
    hmac_sha256(key.expose_secret().as_bytes(), address.as_bytes())
}

/// A UUID (version 5, RFC 9562) made from a name such as `user/ada`, in a namespace that belongs to seeds.
pub fn seed_uuid(name: &str) -> String {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, b"db-fresh/seeds");
    Uuid::new_v5(&namespace, name.as_bytes()).to_string()
}

pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
    #[test]
    fn the_hmac_is_that_of_the_rfc() {
        let cases: [(&[u8], &[u8], &str); 3] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hmac_sha256(key, message), expected);
        }
    }

    #[test]
    fn a_pseudonym_is_stable_and_ignores_case_and_space() {
        let key = SecretString::from("correct horse battery staple");
        let hash = email_hash(&key, "Ada", "Example.org ");
        assert_eq!(hash, email_hash(&key, "ada", "example.org"));
        assert_eq!(
            hash,
            "5f6746630b386712d23ab61d3fc1faa473befeefa52341657aa1d75939c3768f"
        );
        let other = SecretString::from("another key");
        assert_ne!(hash, email_hash(&other, "ada", "example.org"));
    }

    #[test]
    fn a_uuid_is_stable_and_of_version_5() {
        let uuid = seed_uuid("user/ada");
        assert_eq!(uuid, "e87252dc-433b-5912-99f0-7b8ab63ee6ae");
        assert_eq!(uuid.as_bytes()[14], b'5');
        assert_ne!(uuid, seed_uuid("user/bob"));
    }
}
