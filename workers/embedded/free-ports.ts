import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** The two ports of an embedded server, both on 127.0.0.1. */
export type ServerPorts = { readonly grpc: number; readonly ui: number };

/** Takes the remembered ports where they are still free, so that links stay valid; else new ones. */
export async function choosePorts(remembered: ServerPorts | null): Promise<ServerPorts> {
  const grpc = await findFreePort(remembered?.grpc ?? 0);
  let ui = await findFreePort(remembered?.ui ?? 0);
  while (ui === grpc) ui = await findFreePort(0);
  return { grpc, ui };
}

/** The wanted port if it is free on 127.0.0.1, else one that the system picks; 0 wants any. */
export async function findFreePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? Promise.reject(new Error('No free port'));
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const listener = createServer();
    listener.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    listener.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = listener.address();
      const found = typeof address === 'object' ? (address?.port ?? null) : null;
      if (found === null) listener.close(() => resolve(null));
      else void reserve(listener, found).then(() => listener.close(() => resolve(found)), reject);
    });
  });
}

/**
 * Ends a connection from the listening side, which leaves the port in TIME_WAIT. Linux then gives it
 * to nobody who asks for any port, for a minute, and still to the server that asks for this one.
 */
async function reserve(listener: Server, port: number): Promise<void> {
  listener.once('connection', (socket) => socket.end());
  const client = connect(port, '127.0.0.1').resume();
  await once(client, 'close');
}
