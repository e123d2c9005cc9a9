//! Flags about variables, which every command has.

use std::path::PathBuf;

use clap::Args;

/// What is laid over and under the environment.
#[derive(Debug, Clone, Default, Args)]
pub struct Given {
    // Another id than `file`, which commands of their own have.
    /// A file of environment variables, such as `migrate.env`; what is set already wins over it
    #[arg(long = "env", global = true, value_name = "FILE", help_heading = "Output")]
    pub(crate) env_file: Option<PathBuf>,
    /// A value for `${NAME}` or `{{.NAME}}` in migrations of goose, Flyway and tern; again for more; wins over the environment
    #[arg(long = "variable", global = true, value_name = "NAME=VALUE", value_parser = pair, help_heading = "Output")]
    pub(crate) values: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it has not the form NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flag of all commands would be read as the one of a command's own that has its id, and of another type.
    #[test]
    fn no_command_has_a_flag_by_the_id_of_one_that_all_have() {
        use clap::CommandFactory;

        fn check(command: &clap::Command, global: &[String]) {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                assert!(
                    !global.iter().any(|known| known == id),
                    "`{}` has a flag `{id}`",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(|below| check(below, global));
        }
        let command = crate::cli::Cli::command();
        let global: Vec<_> = command
            .get_arguments()
            .filter(|argument| argument.is_global_set())
            .map(|argument| argument.get_id().as_str().to_owned())
            .collect();
        assert!(global.len() > 1, "{global:?}");
        command.get_subcommands().for_each(|below| check(below, &global));
        command.debug_assert();
    }

    #[test]
    fn a_value_may_hold_anything_and_a_name_is_needed() {
        assert_eq!(pair("schema=a=b"), Ok(("schema".into(), "a=b".into())));
        assert_eq!(pair("empty="), Ok(("empty".into(), String::new())));
        assert!(pair("=a").is_err());
        assert!(pair("a").is_err());
    }
}
