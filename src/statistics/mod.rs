//! The mathematics of studies (many runs of one scenario): where runs are made, what uncertain
//! parameters are drawn from, and what the results say with which certainty.
//!
//! Pure functions without any input or output. A design gives rows of u in (0, 1), one number a
//! parameter; a copula may make them dependent; a distribution turns each u into a value. What comes
//! back is condensed by the estimators. All arithmetic is `f64` through the pinned `libm` in a
//! written order, all draws come from the model's generator: every machine gets the same bits.

pub mod abc;
pub mod bands;
pub mod beta;
pub mod bootstrap;
pub mod ces;
pub mod convergence;
pub mod correlation;
pub mod design;
pub mod distribution;
pub mod estimate;
pub mod exponents;
pub mod family;
mod joe_kuo;
pub mod least_squares;
pub mod morris;
pub mod normal;
pub mod proportion;
pub mod regress;
pub mod replicates;
pub mod returns;
pub mod saltelli;
pub mod sobol;
pub mod survival;
pub mod uniform;
