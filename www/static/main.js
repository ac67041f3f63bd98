// Starts the page, which is Rust: see www/src.
import start from "./page.js";

await start();
