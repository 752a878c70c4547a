//! The money behind units over: of the lines whose units they are, and only where all of it is known.

use crate::support::audit;

const HEAD: &str = "patient_id,date_of_service,code,minutes,units,payer,claim_id,charge,paid\n";

#[test]
fn a_share_is_of_the_lines_whose_units_are_over() {
    let rows = "P1,2026-03-02,97161,30,1,Medicare,C1,150.00,120.00\nP1,2026-03-02,97110,20,2,Medicare,C2,80.00,40.00\n\
        P1,2026-03-02,G0283,15,1,Medicare,C1,20.00,10.00\n";
    let audit = audit(&[("v.csv", &format!("{HEAD}{rows}"))], &[]);
    let finding = &audit.findings("overbilled-units")[0];
    let cell = |name: &str| finding[name].as_str();
    assert_eq!(["amount_billed_cents", "amount_paid_cents", "claim_id"].map(cell), ["8000", "4000", "C2"]);
    let amounts = &audit.table("tables/amounts")[0];
    let cell = |name: &str| amounts[name].as_str();
    assert_eq!(
        ["units_over", "units_over_paid", "paid_share_cents", "charge_share_cents"].map(cell),
        ["1", "1", "2000", "4000"]
    );
}

#[test]
fn an_amount_of_some_lines_is_no_amount_of_all() {
    let rows = "P1,2026-03-02,97110,10,2,Medicare,C1,80.00,40.00\nP1,2026-03-02,97112,20,2,Medicare,C1,80.00,\n";
    let audit = audit(&[("v.csv", &format!("{HEAD}{rows}"))], &[]);
    let finding = &audit.findings("overbilled-units")[0];
    let cell = |name: &str| finding[name].as_str();
    assert_eq!(["amount_billed_cents", "amount_paid_cents"].map(cell), ["16000", ""]);
    let amounts = &audit.table("tables/amounts")[0];
    let cell = |name: &str| amounts[name].as_str();
    assert_eq!(
        ["units_over", "units_over_charged", "units_over_paid", "paid_share_cents"].map(cell),
        ["2", "2", "0", "0"]
    );
}
