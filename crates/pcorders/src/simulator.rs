//! `pcorders simulator`: a Partner Center that runs by itself, and the one of `--simulate`.

use partner_center_sim::Simulator;

use crate::args::Serve;
use crate::failure::Failure;
use crate::output::{Output, notice};
use crate::state;

/// Runs until the command is interrupted. The address is the one line on stdout, so that a script can read it.
pub(crate) async fn serve(serve: Serve, output: &mut Output) -> Result<(), Failure> {
    let mut builder = Simulator::builder()
        .port(serve.port)
        .running_clock(serve.speed);
    if let Some(address) = serve.expose_on {
        builder = builder.address(address);
    }
    if let Some(path) = serve.state {
        builder = builder.state_file(path);
    }
    if serve.no_byte_order_mark {
        builder = builder.without_byte_order_mark();
    }
    if serve.unchecked {
        builder = builder.unchecked();
    }
    let simulator = builder
        .start()
        .await
        .map_err(|error| Failure::other("simulator", "the simulator cannot be started", error))?;
    notice("simulated: no real customer, nothing is bought; the token is `simulated`");
    notice(&format!(
        "to try a sign-in: pcorders auth login --endpoint {0} --authority {0}, with any tenant, id and secret; \
         `simulated` is a refresh token, too",
        simulator.base_url()
    ));
    if serve
        .expose_on
        .is_some_and(|address| !address.is_loopback())
    {
        notice("note: others in the network can use and steer it");
    }
    output.piece(format!("{}\n", simulator.base_url()).as_bytes())?;
    std::future::pending().await
}

/// Forgets what commands with `--simulate` did.
pub(crate) fn reset() -> Result<(), Failure> {
    state::reset()?;
    notice("the simulator of --simulate begins again");
    Ok(())
}
