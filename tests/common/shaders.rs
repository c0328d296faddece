//! Which device runs the shaders of a test, and how its digests are compared.

use std::fmt::Debug;

use takeoff::sim::EngineChoice;

/// A hardware GPU if there is one, else a software device.
pub fn device() -> EngineChoice {
    if takeoff::gpu::devices().iter().any(|device| device.auto) {
        EngineChoice::Gpu
    } else {
        EngineChoice::Software
    }
}

/// Fails at the first tick at which the two engines differ.
pub fn agree<T: Debug + PartialEq>(name: &str, native: &[T], shaders: &[T]) {
    assert_eq!(native.len(), shaders.len(), "{name}");
    for (tick, (native, shaders)) in native.iter().zip(shaders).enumerate() {
        assert_eq!(native, shaders, "{name}: first difference at tick {tick}");
    }
}
