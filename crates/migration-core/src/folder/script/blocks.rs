//! Parts of a script that its format holds together, outside of a transaction.

use std::ops::Range;

use crate::{Script, Statement, lex::needs_own_transaction};

/// What an annotation holds together is sent together, unless the server would refuse it.
pub(super) fn keep_blocks(blocks: &[Range<usize>], script: &mut Script) {
    for block in blocks {
        let inside = |statement: &Statement| block.contains(&script.text_offset(statement.start));
        let Some(first) = script.statements.iter().position(inside) else {
            continue;
        };
        let count = script.statements[first..]
            .iter()
            .take_while(|it| inside(it))
            .count();
        let group = &script.statements[first..first + count];
        let alone = |it: &Statement| needs_own_transaction(&script.sql[it.start..it.end]).is_some();
        if count > 1 && !group.iter().any(alone) {
            let end = group[count - 1].end;
            script.statements[first].end = end;
            script.statements.drain(first + 1..first + count);
        }
    }
}
