//! The contracts in this folder are as the program writes them, so that a change of the schema is a change of its own lines
//! alone. `cargo insta review` finds contracts that wait for a review because this file lies beside them.

use std::{fs, path::Path};

use schema_contract::contract;

#[test]
fn contracts_are_as_the_program_writes_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(component) = name.strip_suffix(".contract.snap") else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        let snapshot = contract::from_file_text(&text, &name).unwrap();
        assert_eq!(
            text,
            contract::to_file_text(&snapshot, component),
            "{name}: `cargo xtask contract accept`"
        );
        assert!(
            path.with_file_name(component).is_dir(),
            "{name} has no migrations"
        );
        seen += 1;
    }
    assert_eq!(seen, 2);
}
