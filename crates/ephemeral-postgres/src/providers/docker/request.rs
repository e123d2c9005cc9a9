//! What the engine is asked for: the image, the command, the port and the mounts of a container.

use testcontainers::{
    ContainerRequest, GenericImage, ImageExt,
    bollard::models::PortBinding,
    core::{IntoContainerPort, Mount, logs::LogFrame},
};

use super::{engine::Engine, log::Log, script};
use crate::{
    Config,
    private_server::{INITDB_FLAGS, SUPERUSER, in_force},
};

/// The label that carries the stamp's token.
pub(super) const LABEL: &str = "db-fresh.stamp";

/// The server's port inside the container.
pub(super) const PORT: u16 = 5432;

/// A container with a server, whose superuser has this password.
pub(super) fn request(
    config: &Config,
    token: &str,
    password: &str,
    log: &Log,
) -> ContainerRequest<GenericImage> {
    let (name, tag) = name_and_tag(&config.image);
    let mut command = vec![
        "-c".to_owned(),
        script::server(&INITDB_FLAGS),
        "db-fresh".to_owned(),
    ];
    let own = [("listen_addresses", "*"), ("unix_socket_directories", "")];
    for (name, value) in own.into_iter().chain(in_force(config)) {
        command.extend(["-c".to_owned(), format!("{name}={value}")]);
    }
    let engine = Engine::of(config);
    let log = log.clone();
    GenericImage::new(name, tag)
        .with_exposed_port(PORT.tcp())
        .with_entrypoint("/bin/sh")
        .with_cmd(command)
        .with_user(SUPERUSER)
        .with_label(LABEL, token)
        .with_env_var("DB_FRESH_PASSWORD", password)
        .with_env_var("DB_FRESH_AUTH", engine.authentication())
        .with_mount(Mount::tmpfs_mount(script::HOME))
        .with_startup_timeout(config.start_timeout)
        .with_log_consumer(move |frame: &LogFrame| log.add(frame.bytes()))
        .with_host_config_modifier(move |host| {
            host.auto_remove = Some(true);
            host.publish_all_ports = Some(false);
            let any_port = PortBinding {
                host_ip: Some(engine.publish_on().to_owned()),
                host_port: None,
            };
            host.port_bindings = Some([(format!("{PORT}/tcp"), Some(vec![any_port]))].into());
        })
}

/// `name:tag` in two; `latest` where no tag is given. The last colon may be that of a registry's port.
fn name_and_tag(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_split_at_its_tag_and_not_at_the_port_of_its_registry() {
        assert_eq!(name_and_tag("postgres:18"), ("postgres", "18"));
        assert_eq!(name_and_tag("postgres"), ("postgres", "latest"));
        assert_eq!(
            name_and_tag("localhost:5000/postgres"),
            ("localhost:5000/postgres", "latest")
        );
        assert_eq!(
            name_and_tag("localhost:5000/postgres:17-alpine"),
            ("localhost:5000/postgres", "17-alpine")
        );
        assert_eq!(name_and_tag("postgres@sha256:abcd"), ("postgres@sha256", "abcd"));
    }
}
