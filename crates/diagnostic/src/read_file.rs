//! Reading a file that somebody else named: only a regular file, and only up to a limit of size.
//!
//! A named pipe blocks until another process writes to it, a device may have no end, and a sparse file of 10 GB fills the
//! memory. All of them are refused by their metadata, before they are opened.

use std::{
    fs::{self, File, FileType, Metadata},
    io::{self, Read},
    path::Path,
};

use crate::SizeLimit;

/// Why a file was not read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The path leads to something that is not a regular file.
    NotAFile {
        /// What it is, such as `a named pipe`.
        what: &'static str,
    },
    /// The file is larger than the limit.
    TooLarge {
        /// Its size in bytes; `None` where it grew while it was read.
        size: Option<u64>,
        /// The limit that it exceeds.
        limit: SizeLimit,
    },
    /// The file is not UTF-8.
    NotUtf8,
    /// What the system said.
    Io(io::Error),
}

impl ReadError {
    /// The reason in an error of the system that was made from one, if it was.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotAFile { what } => write!(f, "it is {what}, not a regular file"),
            Self::TooLarge {
                size: Some(size),
                limit,
            } => write!(
                f,
                "it has {}, and the limit is {limit}",
                SizeLimit::from_bytes(*size)
            ),
            Self::TooLarge { size: None, limit } => write!(f, "it has more than the limit of {limit}"),
            Self::NotUtf8 => f.write_str("it is not UTF-8"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

/// The kind of an error of the system stays; the reason can be had from it with [`ReadError::of`].
impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        let kind = match error {
            ReadError::Io(error) => return error,
            ReadError::NotAFile { .. } => io::ErrorKind::InvalidInput,
            ReadError::TooLarge { .. } => io::ErrorKind::FileTooLarge,
            ReadError::NotUtf8 => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// Opens a regular file; a symbolic link counts as what it leads to.
///
/// # Errors
/// [`ReadError::NotAFile`] and [`ReadError::TooLarge`] without opening it, [`ReadError::Io`].
pub fn open_file(path: &Path, limit: SizeLimit) -> Result<File, ReadError> {
    check(&fs::metadata(path).map_err(ReadError::Io)?, limit)?;
    // Another process may have put something else there since.
    let file = open(path).map_err(ReadError::Io)?;
    check(&file.metadata().map_err(ReadError::Io)?, limit)?;
    Ok(file)
}

/// Reads a regular file; a symbolic link counts as what it leads to.
///
/// # Errors
/// As [`open_file`].
pub fn read_file(path: &Path, limit: SizeLimit) -> Result<Vec<u8>, ReadError> {
    let file = open_file(path, limit)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit.bytes())).unwrap_or_default());
    let most = limit.bytes().saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 > limit.bytes() {
        return Err(ReadError::TooLarge { size: None, limit });
    }
    Ok(bytes)
}

/// Reads a regular file that has to be UTF-8.
///
/// # Errors
/// As [`read_file`], and [`ReadError::NotUtf8`].
pub fn read_text(path: &Path, limit: SizeLimit) -> Result<String, ReadError> {
    String::from_utf8(read_file(path, limit)?).map_err(|_| ReadError::NotUtf8)
}

fn check(metadata: &Metadata, limit: SizeLimit) -> Result<(), ReadError> {
    if !metadata.is_file() {
        let what = kind(metadata.file_type());
        return Err(ReadError::NotAFile { what });
    }
    if metadata.len() > limit.bytes() {
        let size = Some(metadata.len());
        return Err(ReadError::TooLarge { size, limit });
    }
    Ok(())
}

#[cfg(unix)]
fn kind(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    match file_type {
        other if other.is_dir() => "a folder",
        other if other.is_fifo() => "a named pipe",
        other if other.is_socket() => "a socket",
        other if other.is_char_device() || other.is_block_device() => "a device",
        _ => "something else",
    }
}

#[cfg(not(unix))]
fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a folder"
    } else {
        "something else"
    }
}

/// Opens without waiting: a named pipe that took the file's place would block otherwise.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};

    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "in a test a panic is the report")]
mod tests {
    use std::{
        os::unix::{fs::symlink, net::UnixListener},
        path::PathBuf,
        process::Command,
        time::{Duration, Instant},
    };

    use super::*;

    const LIMIT: SizeLimit = SizeLimit::DEFAULT;

    /// The error's words, which have to come within a second.
    fn refused(path: &Path) -> String {
        let begun = Instant::now();
        let error = read_file(path, LIMIT).unwrap_err().to_string();
        assert!(begun.elapsed() < Duration::from_secs(1), "{}", path.display());
        error
    }

    fn pipe(folder: &Path) -> PathBuf {
        let path = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    #[test]
    fn what_is_not_a_regular_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let pipe = pipe(folder.path());
        let _listener = UnixListener::bind(at("socket")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        symlink(&pipe, at("to_pipe")).unwrap();
        symlink(at("to_pipe"), at("to_to_pipe")).unwrap();
        for (path, what) in [
            (pipe, "a named pipe"),
            (at("to_to_pipe"), "a named pipe"),
            (at("socket"), "a socket"),
            (at("zero"), "a device"),
            ("/dev/null".into(), "a device"),
            (folder.path().to_owned(), "a folder"),
        ] {
            assert_eq!(refused(&path), format!("it is {what}, not a regular file"));
        }
        symlink(at("loop"), at("loop")).unwrap();
        refused(&at("loop"));
    }

    #[test]
    fn a_file_over_the_limit_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        File::create(&path).unwrap().set_len(10_000_000_000).unwrap();
        assert_eq!(refused(&path), "it has 9.3 GiB, and the limit is 256 MiB");
        let limit = SizeLimit::from_bytes(3);
        fs::write(&path, "four").unwrap();
        assert!(matches!(
            read_file(&path, limit),
            Err(ReadError::TooLarge { size: Some(4), .. })
        ));
        fs::write(&path, "abc").unwrap();
        assert_eq!(read_text(&path, limit).unwrap(), "abc");
    }

    #[test]
    fn a_file_that_says_it_is_empty_is_read_up_to_the_limit() {
        // Files of /proc are regular files of size 0.
        let path = Path::new("/proc/self/cmdline");
        if path.exists() {
            let limit = SizeLimit::from_bytes(1);
            assert!(matches!(
                read_file(path, limit),
                Err(ReadError::TooLarge { size: None, .. })
            ));
            assert!(!read_file(path, LIMIT).unwrap().is_empty());
        }
    }

    #[test]
    fn a_pipe_that_takes_the_place_of_a_file_does_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        let file = open(&pipe(folder.path())).unwrap();
        assert!(check(&file.metadata().unwrap(), LIMIT).is_err());
        assert!(begun.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn the_reason_survives_as_an_error_of_the_system() {
        let error: io::Error = read_file(Path::new("/dev/null"), LIMIT).unwrap_err().into();
        assert!(matches!(ReadError::of(&error), Some(ReadError::NotAFile { .. })));
        assert_eq!(error.to_string(), "it is a device, not a regular file");
        let error: io::Error = read_file(Path::new("/nonexistent"), LIMIT).unwrap_err().into();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
