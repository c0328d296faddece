//! The mathematics of studies against published values, closed forms and algebra: one file a claim.

mod dependence;
mod designs;
mod distributions;
mod quantiles;
mod regression;
mod sensitivity;
mod survival;
