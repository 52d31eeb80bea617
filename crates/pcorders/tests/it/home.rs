//! Where do the commands of a test find their profiles and secrets?

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use partner_center_sim::Simulator;

use crate::run::{Run, command, fed, finish, own_folder};

pub(crate) const TENANT: &str = "contoso.onmicrosoft.com";
pub(crate) const CLIENT: &str = "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21";
pub(crate) const SECRET: &str = "secret~of.an_application";

/// A home that several commands share.
#[derive(Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    pub(crate) fn new() -> Self {
        Self(own_folder())
    }

    /// With a profile `contoso`, which is the default one, at the simulator, with its fixed refresh token.
    pub(crate) fn signed_in(simulator: &Simulator) -> Self {
        let home = Self::new();
        home.write(
            "profiles.toml",
            &profile(simulator.base_url(), "refresh-token"),
        );
        let token = Simulator::REFRESH_TOKEN;
        home.write(
            "secrets.toml",
            &format!("[contoso]\nrefresh-token = \"{token}\"\n"),
        );
        home
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .env("HOME", &self.0)
            .env("XDG_CONFIG_HOME", self.0.join("config"))
            .env("XDG_STATE_HOME", self.0.join("state"));
        command
    }

    /// Runs a command. None of the secrets that are kept before or after may be in what it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let before = self.secrets();
        let run = finish(&mut self.command(arguments));
        self.says_no_secret(&run, before)
    }

    /// The same, with something on stdin.
    pub(crate) fn fed(&self, arguments: &[&str], input: &str) -> Run {
        let before = self.secrets();
        let run = fed(&mut self.command(arguments), input.as_bytes());
        for line in input.lines().filter(|line| line.len() > 8) {
            assert!(!format!("{run:?}").contains(line), "{run:?}");
        }
        self.says_no_secret(&run, before)
    }

    fn says_no_secret(&self, run: &Run, before: Vec<String>) -> Run {
        let said = format!("{run:?}");
        for secret in before.iter().chain(&self.secrets()) {
            assert!(!said.contains(secret), "{said}");
        }
        run.clone()
    }

    /// The secrets that are kept, whosesoever they are.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let text = self.text("secrets.toml").unwrap_or_default();
        // Where they were got is no secret.
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("signed-in-to"));
        let texts = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
        texts
            .filter(|text| text.len() >= 8)
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join("config").join("pcorders").join(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.file(name)).ok()
    }

    /// Writes a file as the command would: nobody else can read it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let file = self.file(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        #[cfg(unix)]
        self.set_mode(name, 0o600);
    }

    #[cfg(unix)]
    pub(crate) fn mode(&self, name: &str) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(self.file(name)).unwrap().permissions().mode() & 0o7777
    }

    #[cfg(unix)]
    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.file(name), fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// A profile `contoso` at a server, as the default one.
pub(crate) fn profile(base_url: &str, sign_in: &str) -> String {
    format!(
        "default = \"contoso\"\n\n[profiles.contoso]\nsign-in = \"{sign_in}\"\ntenant = \"{TENANT}\"\n\
         client-id = \"{CLIENT}\"\nendpoint = \"{base_url}\"\nauthority = \"{base_url}\"\n"
    )
}

/// The values of a member of all requests for tokens so far.
pub(crate) fn forms(simulator: &Simulator, name: &str) -> Vec<String> {
    let requests = simulator.requests();
    let values = requests.iter().filter_map(|request| request.form(name));
    values.map(str::to_owned).collect()
}

/// How often tokens were asked for.
pub(crate) fn sign_ins(simulator: &Simulator) -> usize {
    let requests = simulator.requests();
    let tokens = requests
        .iter()
        .filter(|request| request.path().ends_with("/token"));
    tokens.count()
}
