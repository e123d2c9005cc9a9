//! A report of the server as it may be shown.

use super::{
    context::context,
    detail::detail,
    message::message,
    quoted::without_values,
    raw::{HIDDEN, RawReport, Values},
};

/// What the server says, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerReport {
    /// The five characters of the SQLSTATE.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// The detail.
    pub detail: Option<String>,
    /// The hint.
    pub hint: Option<String>,
    /// Where in functions, or in the data of a `COPY`, it was: the innermost and the outermost place.
    pub context: Option<String>,
    /// Whether something was left out.
    pub is_cut: bool,
}

impl ServerReport {
    /// What may be shown of a report.
    pub fn new(raw: &RawReport<'_>, values: Values) -> Self {
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        if values == Values::Shown {
            return Self {
                sqlstate: raw.sqlstate.to_owned(),
                message: raw.message.to_owned(),
                detail: owned(raw.detail),
                hint: owned(raw.hint),
                context: owned(raw.context),
                is_cut: false,
            };
        }
        let shown = Self {
            sqlstate: raw.sqlstate.to_owned(),
            message: message(raw),
            detail: raw.detail.map(|text| detail(raw, text)),
            hint: raw.hint.map(|text| {
                if raw.is_written_by_user() {
                    HIDDEN.to_owned()
                } else {
                    without_values(raw, text)
                }
            }),
            context: raw.context.map(context),
            is_cut: false,
        };
        let is_cut = shown.message != raw.message
            || shown.detail.as_deref() != raw.detail
            || shown.hint.as_deref() != raw.hint
            || shown.context.as_deref() != raw.context;
        Self { is_cut, ..shown }
    }
}
