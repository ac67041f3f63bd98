//! The one set of wasmtime settings, for compiling and for running alike, and the clock behind deadlines.

use std::{io, thread, time::Duration};

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often the epoch advances, and so how exact a deadline is.
const TICK: Duration = Duration::from_millis(10);

/// What a 32-bit memory can address. A whole reservation for each instance lets compiled code leave bounds checks to
/// the guard pages behind it.
const MEMORY_RESERVATION_BYTES: u64 = 4 << 30;

/// Compiled loads and stores with a constant offset below this need no check either.
const MEMORY_GUARD_BYTES: u64 = 32 << 20;

/// Images up to this size are laid out at compile time so that they can be mapped copy-on-write, whatever the gaps in
/// them. A component with baked models has hundreds of megabytes of data.
const DENSE_IMAGE_BYTES: u64 = 1 << 30;

/// The most instances that one component can have at once. Each reserves address space, not memory.
pub const INSTANCES_MAX: usize = 64;

/// The settings. Machine code carries those that shaped it, and wasmtime refuses code that was shaped by others.
fn config() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    let slots = u32::try_from(INSTANCES_MAX).expect("a small constant");
    // One core module a component; the few more are room for the adapters that wit-component may add.
    pool.total_component_instances(slots)
        .total_core_instances(slots * 4)
        .total_memories(slots)
        .total_tables(slots * 4)
        .max_memory_size(usize::try_from(MEMORY_RESERVATION_BYTES).expect("wasmtime's pool needs 64 bits"));

    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_reservation(MEMORY_RESERVATION_BYTES)
        .memory_guard_size(MEMORY_GUARD_BYTES)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(DENSE_IMAGE_BYTES)
        .epoch_interruption(true)
        .wasm_simd(true)
        // Relaxed instructions may answer differently from machine to machine.
        .wasm_relaxed_simd(false)
        .relaxed_simd_deterministic(true);
    #[cfg(feature = "compiler")]
    config.parallel_compilation(true);
    config
}

/// An engine with those settings, whose epoch advances until the last handle on it is gone.
pub(crate) fn start() -> wasmtime::Result<Engine> {
    let engine = Engine::new(&config())?;
    tick(&engine).map_err(|error| wasmtime::Error::msg(format!("no thread for deadlines: {error}")))?;
    Ok(engine)
}

/// How many ticks cover a duration: never fewer, and one more because the first may come at once.
pub(crate) fn ticks(duration: Duration) -> u64 {
    let ticks = duration.as_millis().div_ceil(TICK.as_millis()) + 1;
    // Far enough away to mean never, and near enough for the sum with the present epoch not to wrap.
    u64::try_from(ticks).unwrap_or(u64::MAX).min(u64::from(u32::MAX))
}

fn tick(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    let advance = move || {
        loop {
            thread::sleep(TICK);
            let Some(engine) = engine.upgrade() else { break };
            engine.increment_epoch();
        }
    };
    thread::Builder::new().name("spanlet-epoch".to_owned()).spawn(advance).map(drop)
}

#[cfg(test)]
mod tests {
    use super::{start, ticks};
    use std::time::{Duration, Instant};

    #[test]
    fn ticks_never_fall_short() {
        assert_eq!(ticks(Duration::ZERO), 1);
        assert_eq!(ticks(Duration::from_millis(10)), 2);
        assert_eq!(ticks(Duration::from_millis(11)), 3);
        assert_eq!(ticks(Duration::MAX), u64::from(u32::MAX));
    }

    #[test]
    fn the_clock_stops_with_the_engine() {
        let engine = start().expect("an engine");
        let weak = engine.weak();
        drop(engine);
        let patience = Instant::now() + Duration::from_secs(5);
        while weak.upgrade().is_some() {
            assert!(Instant::now() < patience, "something holds the engine");
        }
    }
}
