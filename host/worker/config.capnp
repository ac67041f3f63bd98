# `workerd serve config.capnp` answers Spanlet's HTTP API; `--socket-addr http=127.0.0.1:PORT` chooses another port.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "spanlet", worker = .spanlet)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "spanlet")],
);

const spanlet :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "instance.js", esModule = embed "instance.js"),
    (name = "models.js", esModule = embed "models.js"),
    (name = "spanlet.js", esModule = embed "spanlet.js"),
    (name = "spanlet.core.wasm", wasm = embed "spanlet.core.wasm"),
    (name = "tags.ftz", data = embed "tags.ftz"),
    (name = "en.tar.gz", data = embed "en.tar.gz"),
  ],
  compatibilityDate = "2026-01-01",
);
