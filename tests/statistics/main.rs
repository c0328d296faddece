//! The mathematics of studies against published values, closed forms and algebra: one file a claim.

mod abc;
mod dependence;
mod designs;
mod distributions;
mod least_squares;
mod quantiles;
mod regression;
mod sensitivity;
mod survival;
