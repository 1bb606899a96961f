import type { AccountVisit } from '../web/visit.ts';

const HEARTBEAT_MS = 20_000;

/** Server-sent events: `change` whenever something of the account changed. It says when to look, never what is there. */
export function liveStream({ lantern, place, request }: AccountVisit): Response {
  const encoder = new TextEncoder();
  let end = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => {
        try {
          controller.enqueue(encoder.encode(text));
        } catch {
          end();
        }
      };
      const stopListening = lantern.hub.listen(place.account, place.livemode, () => send('event: change\ndata: {}\n\n'));
      const heartbeat = setInterval(() => send(': still here\n\n'), HEARTBEAT_MS);
      heartbeat.unref();
      const release = lantern.openStreams.add(() => end());
      end = () => {
        stopListening();
        clearInterval(heartbeat);
        release();
        try {
          controller.close();
        } catch {
          // The browser closed it first.
        }
      };
      request.signal.addEventListener('abort', () => end());
      send('retry: 1000\nevent: hello\ndata: {}\n\n');
    },
    cancel: () => end(),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } });
}
