//! `pcorders simulator`: a Partner Center that runs by itself.

use partner_center_sim::Simulator;

use crate::args::Serve;
use crate::failure::Failure;
use crate::output::{Output, notice};

/// Runs until the command is interrupted. The address is the one line on stdout, so that a script can read it.
pub(crate) async fn serve(serve: &Serve, output: &mut Output) -> Result<(), Failure> {
    let simulator = Simulator::builder()
        .port(serve.port)
        .running_clock(serve.speed)
        .start()
        .await
        .map_err(|error| Failure::other("simulator", "the simulator cannot be started", error))?;
    notice("simulated: no real customer, nothing is bought; the token is `simulated`");
    output.piece(format!("{}\n", simulator.base_url()).as_bytes())?;
    std::future::pending().await
}
