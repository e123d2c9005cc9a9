//! What is read of one catalog, and the pieces that the statements are made of.

/// What is read of one catalog. The texts are SQL about its row `t`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Catalog {
    /// The catalog.
    pub(super) table: &'static str,
    /// The first version of the server that has it.
    pub(super) since: u32,
    /// The number of the object that the row is about, by which the catalog has an index.
    pub(super) key: &'static str,
    /// A number that stays with the row while it is changed.
    pub(super) id: &'static str,
    /// Which rows users made.
    pub(super) condition: &'static str,
    /// What belongs to an extension where this is one of its members, as class and object.
    pub(super) owner: &'static str,
    /// The schema that the row's object is in.
    pub(super) schema: &'static str,
    /// The relation that the row belongs to.
    pub(super) relation: &'static str,
    /// The name of the object, or of the part of its relation.
    pub(super) name: &'static str,
    /// What is said of it. It contains no object ids and no numbers of columns: those are others when an object is made again.
    pub(super) content: &'static str,
    /// Whether the row means nothing: a dropped column, a part of a TOAST table.
    pub(super) is_noise: &'static str,
    /// Whether the row is about a part of a relation, whatever the rest of its catalog is about.
    pub(super) is_part: &'static str,
    /// Whether the row changes what other rows say.
    pub(super) concerns_others: &'static str,
    /// Which other rows say something else when this one gets another name.
    pub(super) quoted_in: Quoted,
    /// Whether its content quotes names of columns and indexes.
    pub(super) quotes_parts: bool,
    /// By how many bits `id` is longer than `key`.
    pub(super) bits: u32,
    /// Whether rows go with the relation that is their key, and not without it.
    pub(super) goes_with_relation: bool,
}

/// Where the name of an object stands beside its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    /// In the texts of any catalog.
    Anywhere,
    /// In the texts of those catalogs that quote columns and indexes.
    AsPart,
    Nowhere,
}

impl Catalog {
    /// A catalog of objects that belong to no schema.
    pub(super) const fn of(table: &'static str, name: &'static str, content: &'static str) -> Self {
        Self {
            table,
            since: 0,
            key: "t.oid",
            id: "t.oid::int8",
            condition: "t.oid >= 16384",
            owner: "t.tableoid, t.oid",
            schema: "''",
            relation: "''",
            name,
            content,
            is_noise: "false",
            is_part: "false",
            concerns_others: "false",
            quoted_in: Quoted::Anywhere,
            quotes_parts: false,
            bits: 0,
            goes_with_relation: false,
        }
    }

    /// A catalog of objects in schemas.
    pub(super) const fn in_schema(
        table: &'static str,
        schema: &'static str,
        name: &'static str,
        content: &'static str,
    ) -> Self {
        Self {
            schema,
            ..Self::of(table, name, content)
        }
    }
}

/// Writes `{acl:r:relacl:relowner}` as what everybody may do with an object, the same whether it was granted or is so by default,
/// `{schema:x}` and `{relation:x}` as the schema and name of the relation `x`, `{namespace:x}` as the name of the schema `x`, and
/// `{options:x}` as a list of options in order.
pub(super) fn expanded(sql: &str) -> String {
    let Some((before, rest)) = sql.split_once('{') else {
        return sql.to_owned();
    };
    let Some((inside, after)) = rest.split_once('}') else {
        return sql.to_owned();
    };
    let parts: Vec<&str> = inside.split(':').collect();
    let piece = match parts.as_slice() {
        ["acl", kind, list, owner] => granted(&format!("coalesce({list}, acldefault('{kind}', {owner}))")),
        ["acl", list] => granted(list),
        ["schema", oid] => format!(
            "(SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {oid})"
        ),
        ["relation", oid] => format!("(SELECT c.relname FROM pg_class c WHERE c.oid = {oid})"),
        ["namespace", oid] => format!("(SELECT n.nspname FROM pg_namespace n WHERE n.oid = {oid})"),
        ["options", list] => format!("(SELECT string_agg(o, ',' ORDER BY o) FROM unnest({list}) o)"),
        _ => String::new(),
    };
    format!("{before}{piece}{}", expanded(after))
}

fn granted(list: &str) -> String {
    format!(
        "(SELECT string_agg(g, ',' ORDER BY g) FROM (SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END \
         || ' ' || a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END AS g FROM aclexplode({list}) a) x)"
    )
}
