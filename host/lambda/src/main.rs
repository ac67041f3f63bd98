//! bootstrap: Spanlet as an AWS Lambda function.
fn main() {}
