// Starts the page, which is Rust: see www/src.

try {
  const { default: start } = await import("./page.js");
  await start({ module_or_path: new URL("./page_bg.wasm", import.meta.url) });
} catch (error) {
  // The page is not there to say so itself.
  const status = document.getElementById("status");
  status.textContent = `The page could not be started: ${error?.message ?? error}`;
  status.className = "failed";
  document.getElementById("progress").hidden = true;
}
