//! Claim: `takeoff serve` answers its own page on this machine and nobody else, starts and stops runs
//! only for who has the token, runs nothing but scenario files of its folder, reads nothing but run
//! folders of its folder, and what it starts is the run that the command line would make.

mod browser;
mod events;
mod guard;
mod limits;
mod runs;
mod support;
mod sweeps;
