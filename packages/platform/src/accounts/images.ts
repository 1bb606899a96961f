/** What a picture of an extension may be (oauth 2.4). */
const MOST_BYTES = 512 * 1024;
const LEAST_PIXELS = 128;
const MOST_PIXELS = 4096;

export interface Picture {
  readonly type: 'image/png' | 'image/jpeg';
  readonly width: number;
  readonly height: number;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function readPng(bytes: Buffer): Picture | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(PNG) || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Start-of-frame markers carry the size; four of the range mean something else. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function readJpeg(bytes: Buffer): Picture | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff) return undefined;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (isFrame(marker)) return { type: 'image/jpeg', width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** The picture that these bytes are, told by their content and not by their name; or why they will not do, in a sentence. */
export function readPicture(bytes: Buffer, use: 'icon' | 'logo'): Picture | { readonly refusal: string } {
  const word = use === 'icon' ? 'The icon' : 'The logo';
  if (bytes.length >= MOST_BYTES) return { refusal: `${word} has ${Math.ceil(bytes.length / 1024)} kB; it must be smaller than 512 kB.` };
  const picture = readPng(bytes) ?? readJpeg(bytes);
  if (picture === undefined) return { refusal: `${word} is neither a PNG nor a JPEG. Its content counts, not its name.` };
  const { width, height } = picture;
  if (width < LEAST_PIXELS || height < LEAST_PIXELS)
    return { refusal: `${word} has ${width} × ${height} pixels; it needs at least 128 × 128.` };
  if (width > MOST_PIXELS || height > MOST_PIXELS) return { refusal: `${word} has ${width} × ${height} pixels; 4096 × 4096 are the most.` };
  if (use === 'icon' && width !== height) return { refusal: `The icon has ${width} × ${height} pixels; it must be square.` };
  return picture;
}
