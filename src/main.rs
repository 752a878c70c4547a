//! x
use polars::prelude::*;
fn main() {
    let df = df!("a"=>[1i64,2]).unwrap();
    let mut c = polars::sql::SQLContext::new();
    c.register("t", df.lazy());
    println!("{}", c.execute("select a from t").unwrap().collect().unwrap().height());
}
