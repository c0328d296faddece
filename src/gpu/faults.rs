//! Errors that wgpu reports out of line: collected, so that a call ends in one instead of a panic.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::engine::EngineError;

/// The first error that the device reported on its own.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Option<String>>>);

impl Faults {
    /// Listens to a device.
    pub fn listen(device: &wgpu::Device) -> Self {
        let faults = Self::default();
        let uncaptured = faults.clone();
        device.on_uncaptured_error(Arc::new(move |error| uncaptured.note(error.to_string())));
        let lost = faults.clone();
        device.set_device_lost_callback(move |reason, message| {
            // At our own end it is destroyed too: then nobody asks any more.
            lost.note(match (reason, message.as_str()) {
                (wgpu::DeviceLostReason::Destroyed, _) => "it was lost: destroyed".to_owned(),
                (_, "") => "it was lost: the driver does not say why".to_owned(),
                (_, message) => format!("it was lost: {message}"),
            });
        });
        faults
    }

    fn note(&self, message: String) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(message);
    }

    /// # Errors
    /// If anything was reported since the device was made: nothing it returned later can be trusted.
    pub fn check(&self) -> Result<(), EngineError> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(message) => Err(EngineError::Device(message.clone())),
            None => Ok(()),
        }
    }
}

/// What went wrong while `make` made things on the device.
pub enum Failed {
    /// Too little memory.
    Memory,
    /// Anything else.
    Other(String),
}

/// Makes things under scopes for every kind of error.
pub fn scoped<T>(device: &wgpu::Device, make: impl FnOnce() -> T) -> Result<T, Failed> {
    let internal = device.push_error_scope(wgpu::ErrorFilter::Internal);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let made = make();
    let memory = pollster::block_on(memory.pop());
    let others = [
        pollster::block_on(validation.pop()),
        pollster::block_on(internal.pop()),
    ];
    if memory.is_some() {
        return Err(Failed::Memory);
    }
    match others.into_iter().flatten().next() {
        Some(error) => Err(Failed::Other(error.to_string())),
        None => Ok(made),
    }
}
