//! The one set of wasmtime settings, for compiling and for running alike, and the clock behind deadlines.

use std::{io, thread, time::Duration};

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

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

/// So many bytes of memory, and of tables of functions, that an instance wrote are put back to what they were, page by page, when it is dropped; the rest is
/// unmapped. What stays mapped costs the next instance in the same place no page faults. Where the kernel cannot say
/// which pages were written (Linux before 6.7), all is unmapped.
const KEPT_BYTES: usize = 256 << 20;

/// The most instances that one component can have at once. Each reserves address space, not memory.
pub const INSTANCES_MAX: usize = 64;

/// Whom machine code is for, where it is not this machine.
#[cfg(feature = "bake")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Linux on x86-64 with the instructions up to AVX2, which every machine behind AWS Lambda has, and servers since
    /// about 2015.
    X86_64,
    /// Linux on 64-bit Arm, any machine: AWS Graviton and Apple's among them.
    Aarch64,
}

#[cfg(feature = "bake")]
impl Target {
    fn triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Aarch64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// What the machine has beyond the least of its kind. Wasmtime refuses the code where one is missing.
    fn features(self) -> &'static [&'static str] {
        match self {
            Self::X86_64 => &[
                "has_sse3",
                "has_ssse3",
                "has_sse41",
                "has_sse42",
                "has_popcnt",
                "has_lzcnt",
                "has_bmi1",
                "has_bmi2",
                "has_avx",
                "has_avx2",
                "has_fma",
            ],
            Self::Aarch64 => &[],
        }
    }
}

/// Machine code for another machine, in the settings of this one.
#[cfg(feature = "bake")]
pub(crate) fn precompile(component: &[u8], target: Target) -> wasmtime::Result<Vec<u8>> {
    let mut config = config();
    config.target(target.triple())?;
    for feature in target.features() {
        // SAFETY: a flag says what the machine has that will run the code; wasmtime compares it before it does.
        unsafe { config.cranelift_flag_enable(feature) };
    }
    Engine::new(&config)?.precompile_component(component)
}

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
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Yes).linear_memory_keep_resident(KEPT_BYTES).table_keep_resident(KEPT_BYTES);
    }

    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_reservation(MEMORY_RESERVATION_BYTES)
        .memory_guard_size(MEMORY_GUARD_BYTES)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(DENSE_IMAGE_BYTES)
        .epoch_interruption(true)
        // Where in the component a trap was; its function is named without it.
        .generate_address_map(false)
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
