import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';

/** One delivery as it came over the wire. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: Stripe.Event;
}

type Respond = (received: Received, response: ServerResponse) => void;

const fine: Respond = (_received, response) => response.end('ok');

/** A webhook endpoint on this machine that remembers what it was sent. */
export class Receiver {
  readonly received: Received[] = [];
  /** How it answers; 200 unless told otherwise. */
  respond: Respond = fine;
  url = '';
  private readonly server: Server;
  private readonly waiting = new Set<() => void>();

  private constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const received = { path: request.url!, headers: request.headers, body, event: JSON.parse(body) };
        this.received.push(received);
        this.respond(received, response);
        for (const check of [...this.waiting]) check();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${(receiver.server.address() as AddressInfo).port}/hook`;
    return receiver;
  }

  /** Resolves once what was received fulfils this; the test's own time limit is the only clock. */
  until(holds: (received: readonly Received[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds(this.received)) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  /** Waits for the first delivery of this type and answers it. */
  async first(type: string): Promise<Received> {
    await this.until((all) => all.some((one) => one.event.type === type));
    return this.received.find((one) => one.event.type === type)!;
  }

  types(): string[] {
    return this.received.map((one) => one.event.type);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
