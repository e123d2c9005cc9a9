//! What is said before there is a console: wrong usage, help, and a runtime that does not start.

use std::{io::Write, process::ExitCode};

use clap::error::ErrorKind;

use crate::exit::Exit;

/// Help and version are data and succeed; everything else is wrong usage, exit code 64.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // If the stream is closed there is nobody left to tell.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => Exit::Usage.into(),
    }
}

/// Something that no command is to blame for.
pub(crate) fn fatal(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(anstream::stderr(), "error[xtask/failed]: {error:#}");
    Exit::Other.into()
}
