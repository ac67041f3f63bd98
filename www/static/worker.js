// The component beside the page, in a Web Worker, so that a long text never holds up typing.
//
// In: {id, request}. Out, each an object with one name: {progress: {loaded, total}}, then {ready: {model, bytes}} or
// {failed: {message}}; and for every request {answer: {id, response}} or {trapped: {id, message}}. A request and a
// response are the records of the contract's `http` interface.

// Messages that come before everything is fetched wait here. The glue is imported dynamically and below this line,
// because a static import would let the first of them go by unheard.
const early = [];
self.onmessage = (event) => early.push(event.data);

async function start() {
  const [{ Instance }, code, tags] = await Promise.all([
    import("./instance.js"),
    fetchBytes("./spanlet.core.wasm"),
    fetchBytes("./tags.ftz"),
  ]);
  const module = await WebAssembly.compile(code);
  const instance = new Instance(module, [{ name: "tags", parts: [{ name: "tags.ftz", bytes: tags }] }]);
  const [model] = instance.start();
  self.postMessage({ ready: { model: model.name, bytes: code.length + tags.length } });
  return ({ id, request }) => {
    try {
      self.postMessage({ answer: { id, response: instance.handle(request) } });
    } catch (error) {
      self.postMessage({ trapped: { id, message: sentence(error) } });
    }
  };
}

/** What the contract's errors and JavaScript's own say to a person. */
function sentence(error) {
  return error.payload?.message ?? error.message ?? String(error);
}

/** Adds up both downloads; a size that the server does not tell counts once it is there. */
const progress = { loaded: 0, total: 0 };

/** Ends the other download when one fails, so that no progress is told after the failure. */
const downloads = new AbortController();

async function fetchBytes(url) {
  const response = await fetch(url, { signal: downloads.signal });
  if (!response.ok) {
    throw new Error(`${url}: expected it to be there, the server answered ${response.status}`);
  }
  // Under compression the header counts other bytes than the reader sees.
  if (!response.headers.has("content-encoding")) {
    progress.total += Number(response.headers.get("content-length") ?? 0);
  }
  const chunks = [];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) {
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    }
    chunks.push(value);
    progress.loaded += value.length;
    progress.total = Math.max(progress.total, progress.loaded);
    self.postMessage({ progress });
  }
}

try {
  const answer = await start();
  self.onmessage = (event) => answer(event.data);
  early.forEach(answer);
} catch (error) {
  downloads.abort();
  self.postMessage({ failed: { message: sentence(error) } });
}
