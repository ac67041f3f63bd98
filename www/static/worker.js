// The component beside the page, in a Web Worker, so that a long text never holds up typing.
//
// In: {ask: {id, requests}} or {load: {name, files: [{name, file}]}}. Out, each an object with one name: {progress:
// {loaded, total}}, then {ready: {models, bytes}} or {failed: {message}}; for every ask {answer: {id, responses}} or
// {trapped: {id, message}}, and for every load {ready: …} or {refused: {name, message}}. Requests, responses and models'
// descriptions are the records of the contract.

// Messages that come before everything is fetched wait here. The glue is imported dynamically and below this line,
// because a static import would let the first of them go by unheard.
const early = [];
self.onmessage = (event) => early.push(event.data);

async function start() {
  const { MODELS, OPTIONS, withBytes } = await import("./models.js");
  const [{ Instance }, code, ...files] = await Promise.all([
    import("./instance.js"),
    fetchBytes("./spanlet.core.wasm"),
    ...MODELS.map(({ part }) => fetchBytes(`./${part}`)),
  ]);
  const module = await WebAssembly.compile(code);
  const instance = new Instance(module, withBytes(files));
  let bytes = files.reduce((sum, file) => sum + file.length, code.length);
  self.postMessage({ ready: { models: instance.start(), bytes } });

  const orders = {
    ask({ id, requests }) {
      try {
        self.postMessage({ answer: { id, responses: requests.map((request) => instance.handle(request)) } });
      } catch (error) {
        self.postMessage({ trapped: { id, message: sentence(error) } });
      }
    },
    async load({ name, files }) {
      try {
        const read = async ({ name, file }) => ({ name, bytes: new Uint8Array(await file.arrayBuffer()) });
        const parts = await Promise.all(files.map(read));
        const models = instance.add({ name, parts, options: OPTIONS });
        bytes += parts.reduce((sum, part) => sum + part.bytes.length, 0);
        self.postMessage({ ready: { models, bytes } });
      } catch (error) {
        self.postMessage({ refused: { name, message: sentence(error) } });
      }
    },
  };
  return (order) => Object.entries(order).forEach(([name, value]) => orders[name](value));
}

/** What the contract's errors and JavaScript's own say to a person. */
function sentence(error) {
  const { place, message } = error.payload ?? error;
  return place ? `${place}: ${message}` : (message ?? String(error));
}

/** Adds up all downloads; a size that the server does not tell counts once it is there. */
const progress = { loaded: 0, total: 0 };

/** Ends the other downloads when one fails, so that no progress is told after the failure. */
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
  const obey = await start();
  self.onmessage = (event) => obey(event.data);
  early.forEach(obey);
} catch (error) {
  downloads.abort();
  self.postMessage({ failed: { message: sentence(error) } });
}
