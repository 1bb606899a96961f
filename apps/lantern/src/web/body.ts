/** The body as text; nothing when it is longer than `limit` bytes: then reading stops there. */
export async function textWithin(request: Request, limit: number): Promise<string | undefined> {
  if (request.body === null) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > limit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
