import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Kit } from '../kit.ts';
import { answerText, LARGEST_BODY, NOT_POSTED, type Received, TOO_LARGE } from '../mirror/receive.ts';

/**
 * The webhook endpoint for plain `node:http`, and for whatever hands out its requests: the bytes go from the socket to the check of
 * their signature, without the objects of the web standard between. Put nothing before it that reads the body.
 */
export function nodeWebhook(kit: Pick<Kit, 'receiveBody'>): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const answer = (received: Received): void => {
      const text = answerText(received);
      response.writeHead(received.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
    };
    if (request.method !== 'POST') return answer(NOT_POSTED);
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= LARGEST_BODY) parts.push(part);
    });
    request.on('end', () => {
      if (size > LARGEST_BODY) return answer(TOO_LARGE);
      const signature = request.headers['stripe-signature'];
      const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      void kit.receiveBody(body, typeof signature === 'string' ? signature : undefined).then(answer);
    });
  };
}
