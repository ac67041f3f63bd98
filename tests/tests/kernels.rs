//! The kernels inside WebAssembly: vectorised and scalar give the same bits.

use spanlet_tests::artifacts::{built, read};
use wasmtime::{Engine, Instance, Module, Store};

/// Each makes other numbers to compute with.
const SEEDS: std::ops::Range<u64> = 1..17;

#[test]
fn scalar_and_simd128_give_the_same_bits() {
    let engine = Engine::default();
    let module = Module::new(&engine, read(&built("component/kernel-agreement.wasm"))).expect("a module");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("a module without imports");
    let differences = instance.get_typed_func::<u64, u32>(&mut store, "differences").expect("the export");
    for seed in SEEDS {
        assert_eq!(differences.call(&mut store, seed).expect("no trap"), 0, "seed {seed}");
    }
}
