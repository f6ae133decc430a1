// The worker that a client is tried in.

/**
 * The configuration of a worker: a module on a free port, without the modules of Node, which may connect to this machine.
 */
export function workerConfig(module: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "${module}")],
      compatibilityDate = "2026-01-01",
      globalOutbound = "machine"
    )),
    (name = "machine", network = (allow = ["local", "private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;
}
