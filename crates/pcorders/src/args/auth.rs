//! What can be said about signing in?

#[derive(Debug, clap::Subcommand)]
pub(crate) enum AuthVerb {
    /// Sign in, and keep how and with what as a profile.
    Login(Login),
    /// Say who is signed in, for what and until when. Exits with 4 when the service would accept nothing.
    Status,
    /// Print an access token, for other programs.
    Token(Token),
    /// Forget the secrets of a profile.
    Logout(Logout),
}

#[derive(Debug, clap::Args)]
#[command(after_help = LOGIN)]
pub(crate) struct Login {
    /// The partner's tenant, as a GUID or a domain.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,

    /// The id of an application that is registered there.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,

    /// Sign in as a user of the application, who enters a code in a browser. With --client-secret-stdin the application is a
    /// confidential one.
    #[arg(long, conflicts_with = "refresh_token_stdin")]
    pub(crate) device_code: bool,

    /// Sign in as the application, with its secret: a line on stdin. Together with --refresh-token-stdin the application
    /// is a confidential one, and the secret is the first of two lines. Alone, on a profile of a user, it replaces the
    /// application's secret, and the user stays signed in.
    #[arg(long)]
    pub(crate) client_secret_stdin: bool,

    /// Sign in as a user of the application, with a refresh token that was handed out to it: a line on stdin.
    #[arg(long)]
    pub(crate) refresh_token_stdin: bool,

    /// Sign in at another host than the cloud's, without the tenant: https, or http on a loopback address.
    #[arg(long, value_name = "URL")]
    pub(crate) authority: Option<String>,

    /// Say before every write that this is an account of the integration sandbox. --sandbox=false takes it back.
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub(crate) sandbox: Option<bool>,

    /// Use this profile whenever none is named. The first one is used so anyway.
    #[arg(long)]
    pub(crate) default: bool,
}

const LOGIN: &str = "\
Examples:
  pcorders auth login --tenant contoso.onmicrosoft.com --client-id ID --device-code
  pcorders auth login --profile app --tenant TENANT --client-id ID --client-secret-stdin < secret.txt

The profile is called `default` unless --profile names it. Nothing is written before there is a token. Of a profile that is
there, what is said here is replaced and everything else stays, so that `pcorders auth login --profile NAME --device-code`
signs in again; its endpoint and authority go when --environment names another cloud. That is so of its secrets, too, while
the application, its cloud and its authority are the same: --client-secret-stdin on a profile of a user replaces the
application's secret and keeps the user, --refresh-token-stdin and --device-code keep the application's secret. `pcorders auth
logout` forgets both. For the application alone take another profile, or `logout --remove --profile NAME` first.

A new profile gets PARTNERCENTER_ENVIRONMENT, _ENDPOINT and _AUTHORITY written into it where they are set and no flag
says otherwise: its credentials never go anywhere else by themselves. On a terminal a secret is asked for, and not shown
while it is typed.";

#[derive(Debug, clap::Args)]
#[command(after_help = TOKEN)]
pub(crate) struct Token {
    /// Print it to a terminal, too, where others may see it.
    #[arg(long)]
    pub(crate) force: bool,
}

const TOKEN: &str = "\
One line, whatever -o says. Whoever has it can do what you can do, until it expires:
  curl -H \"Authorization: Bearer $(pcorders auth token)\" https://api.partnercenter.microsoft.com/v1/customers";

#[derive(Debug, clap::Args)]
#[command(after_help = LOGOUT)]
pub(crate) struct Logout {
    /// Forget the profile itself, too. --profile has to name it.
    #[arg(long)]
    pub(crate) remove: bool,
}

const LOGOUT: &str = "\
Of the profile that --profile names, or of the default one. Tokens that were handed out stay good until they expire; an
administrator can revoke the sign-ins of a user, and make an application's secret invalid.";
