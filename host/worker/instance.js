// One instance of the component with its models, for every JavaScript host: edge worker, Web Worker and Node.

import { instantiate } from "./spanlet.js";

/** The contract takes at most 4 MiB a chunk; each is copied once into the instance's memory. */
const CHUNK_BYTES = 1 << 20;

/**
 * Keeps an instance with its models loaded and starts a new one after a trap.
 *
 * A model is `{name, parts: [{name, bytes: Uint8Array}], options?: object}`, as the contract's `models.begin` takes it.
 */
export class Instance {
  #module;
  #models;
  #component;

  /** `module` is the compiled core module: an edge worker may not compile one from bytes. */
  constructor(module, models) {
    this.#module = module;
    this.#models = models;
  }

  /** Loads every model into a new instance and answers their descriptions. `handle` does so by itself when needed. */
  start() {
    const component = instantiate(() => this.#module, {});
    const descriptions = this.#models.map((model) => load(component.models, model));
    this.#component = component;
    return descriptions;
  }

  /**
   * Loads one more model, in the place of any of its name, and answers every description. When the model is refused, or
   * traps while it loads, the error is thrown and those before it answer as before.
   */
  add(model) {
    const component = this.#component ?? (this.start(), this.#component);
    try {
      load(component.models, model);
    } catch (error) {
      // A refusal has a payload; anything else has left the instance in an unknown state.
      if (error.payload === undefined) {
        this.#component = undefined;
      }
      throw error;
    }
    this.#models = [...this.#models.filter(({ name }) => name !== model.name), model];
    return component.models.list();
  }

  /** Answers one request record. When it traps, the error is thrown and the next request finds a new instance. */
  handle(request) {
    if (this.#component === undefined) {
      this.start();
    }
    try {
      return this.#component.http.handle(request);
    } catch (error) {
      this.#component = undefined;
      throw error;
    }
  }
}

function load(models, { name, parts, options }) {
  const sizes = parts.map((part) => ({ name: part.name, sizeBytes: part.bytes.length }));
  const number = models.begin(name, sizes, options && JSON.stringify(options));
  parts.forEach(({ bytes }, part) => {
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      models.write(number, part, bytes.subarray(start, start + CHUNK_BYTES));
    }
  });
  return models.finish(number);
}
