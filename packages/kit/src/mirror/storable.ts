/** An escape of JSON text: a surrogate pair, or one of what `jsonb` refuses, or any other. */
const ESCAPE = /\\(?:u(?:(d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|(0000|d[89a-f][0-9a-f]{2}))|.)/gis;

/**
 * JSON text as PostgreSQL can keep it in `jsonb`: the character 0 and halves of a surrogate pair (a name that was cut in the middle of an
 * emoji) are refused there. They have no meaning in any field of Stripe's; each becomes U+FFFD. Text without them is returned as it is.
 */
export function storable(text: string): string {
  if (!text.includes('\\u0000') && !text.includes('\\ud') && !text.includes('\\uD')) return text;
  return text.replace(ESCAPE, (whole, _pair, refused) => (refused === undefined ? whole : '\\ufffd'));
}
