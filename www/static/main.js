// Starts the page, which is Rust: see www/src.
import start from "./page.js";

await start({ module_or_path: new URL("./page_bg.wasm", import.meta.url) });
