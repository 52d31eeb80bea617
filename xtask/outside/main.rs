//! Lists the orders of a customer and prints their number.

use partner_center_orders::{CustomerId, PartnerCenter, StaticToken};
use partner_center_sim::Simulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start().await?;
    let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
        .endpoint(simulator.base_url())
        .build()?;
    let customer: CustomerId = Simulator::CUSTOMERS[0].parse()?;

    let mut number = 0;
    let mut orders = partner.customer(customer).orders().list().send();
    while orders.try_next().await?.is_some() {
        number += 1;
    }
    println!("{number}");
    Ok(())
}
